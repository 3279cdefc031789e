// The device's camera: frames for the scanner, the light, the other camera.

export type Trouble = "denied" | "absent" | "failed";
export type Facing = "environment" | "user";

/** The largest side of a frame that is handed to the scanner, in pixels: all that the camera is asked for. */
const SIDE = 1280;

interface TorchCapable extends MediaTrackCapabilities {
  torch?: boolean;
}

export class Camera {
  #stream: MediaStream | undefined;
  #canvas = document.createElement("canvas");
  #turn = 0;

  constructor(readonly video: HTMLVideoElement) {}

  /** Starts; gives what went wrong, if anything. */
  async start(facing: Facing): Promise<Trouble | undefined> {
    this.stop();
    if (!navigator.mediaDevices) return "absent";
    try {
      this.#stream = await navigator.mediaDevices.getUserMedia({
        audio: false,
        video: { facingMode: { ideal: facing }, width: { ideal: 1280 }, height: { ideal: 720 } },
      });
    } catch (error) {
      const name = error instanceof DOMException ? error.name : "";
      if (name === "NotAllowedError" || name === "SecurityError") return "denied";
      return name === "NotFoundError" || name === "OverconstrainedError" ? "absent" : "failed";
    }
    this.video.srcObject = this.#stream;
    try {
      await this.video.play();
      return undefined;
    } catch {
      return "failed";
    }
  }

  stop(): void {
    for (const track of this.#stream?.getTracks() ?? []) track.stop();
    this.#stream = undefined;
    this.video.srcObject = null;
  }

  /** The picture of this moment; of a camera that gives larger ones, in turn all of it made smaller and its middle as it is. */
  frame(): ImageData | undefined {
    const { videoWidth: width, videoHeight: height } = this.video;
    if (!this.#stream || width === 0 || this.video.readyState < 2) return undefined;
    const middle = this.#turn++ % 2 === 1 && Math.max(width, height) > SIDE;
    const [across, down] = middle ? [Math.min(width, SIDE), Math.min(height, SIDE)] : [width, height];
    const factor = Math.min(1, SIDE / Math.max(across, down));
    const [x, y] = [(width - across) / 2, (height - down) / 2];
    this.#canvas.width = Math.round(across * factor);
    this.#canvas.height = Math.round(down * factor);
    const context = this.#canvas.getContext("2d", { willReadFrequently: true });
    if (!context) return undefined;
    context.drawImage(this.video, x, y, across, down, 0, 0, this.#canvas.width, this.#canvas.height);
    return context.getImageData(0, 0, this.#canvas.width, this.#canvas.height);
  }

  get hasTorch(): boolean {
    const track = this.#stream?.getVideoTracks()[0];
    return (track?.getCapabilities?.() as TorchCapable | undefined)?.torch === true;
  }

  async light(on: boolean): Promise<void> {
    const constraint = { advanced: [{ torch: on } as MediaTrackConstraintSet] };
    await this.#stream?.getVideoTracks()[0]?.applyConstraints(constraint);
  }

  /** Whether there is another camera to change to. Known once one was allowed. */
  static async several(): Promise<boolean> {
    const devices = (await navigator.mediaDevices?.enumerateDevices()) ?? [];
    return devices.filter((device) => device.kind === "videoinput").length > 1;
  }
}
