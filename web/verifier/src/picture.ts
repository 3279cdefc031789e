// Pictures that somebody chooses: opened by the browser, read by the module.

/** The most pixels that are handed over (24 million), as the module takes no more. */
const MOST = 24_000_000;

/** The pixels of a picture file; `undefined` where the browser cannot open it. */
export async function pixels(file: Blob): Promise<ImageData | undefined> {
  let bitmap: ImageBitmap;
  try {
    bitmap = await createImageBitmap(file);
  } catch {
    return undefined;
  }
  const factor = Math.min(1, Math.sqrt(MOST / (bitmap.width * bitmap.height)));
  const canvas = document.createElement("canvas");
  canvas.width = Math.max(1, Math.floor(bitmap.width * factor));
  canvas.height = Math.max(1, Math.floor(bitmap.height * factor));
  const context = canvas.getContext("2d", { willReadFrequently: true });
  context?.drawImage(bitmap, 0, 0, canvas.width, canvas.height);
  bitmap.close();
  return context?.getImageData(0, 0, canvas.width, canvas.height);
}
