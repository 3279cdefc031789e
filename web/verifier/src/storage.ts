// What the app keeps between visits: trust data in IndexedDB, under one key. Never anything about a person.

export interface Kept {
  /** The root certificates (PEM) that the server gave at the first visit. */
  anchors: Uint8Array;
  /** The newest signed list that was taken. */
  list: Uint8Array | undefined;
  /** What is revoked: the status lists of that time. Data kept by an earlier version have none. */
  statusLists?: Uint8Array[];
  /** What to remember of it, so that no older one is taken. */
  mark: string | undefined;
  /** When it was fetched, seconds since 1970 by the server's clock or else the device's. */
  fetchedAt: number;
}

const KEY = "trust";

function open(): Promise<IDBDatabase> {
  return new Promise((resolve, reject) => {
    const request = indexedDB.open("la-chan-verify", 1);
    request.onupgradeneeded = () => request.result.createObjectStore("kept");
    request.onsuccess = () => resolve(request.result);
    request.onerror = () => reject(request.error ?? new Error("no database"));
  });
}

async function transact<T>(mode: IDBTransactionMode, act: (store: IDBObjectStore) => IDBRequest<T>): Promise<T> {
  const database = await open();
  try {
    return await new Promise<T>((resolve, reject) => {
      const transaction = database.transaction("kept", mode);
      const request = act(transaction.objectStore("kept"));
      transaction.oncomplete = () => resolve(request.result);
      transaction.onerror = transaction.onabort = () => reject(transaction.error ?? new Error("not kept"));
    });
  } finally {
    database.close();
  }
}

export async function kept(): Promise<Kept | undefined> {
  return (await transact("readonly", (store) => store.get(KEY))) as Kept | undefined;
}

export async function keep(what: Kept): Promise<void> {
  await transact("readwrite", (store) => store.put(what, KEY));
}

export async function forget(): Promise<void> {
  await transact("readwrite", (store) => store.delete(KEY));
}
