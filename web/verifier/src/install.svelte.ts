// The app on the device: kept for use without a network, and offered to be installed.

interface InstallPrompt extends Event {
  prompt(): Promise<unknown>;
}

class Install {
  /** All files are on the device. */
  isReady = $state(false);
  isOnline = $state(navigator.onLine);
  /** The browser offers to install the app. */
  offer = $state<InstallPrompt | undefined>();

  start(): void {
    addEventListener("online", () => (this.isOnline = true));
    addEventListener("offline", () => (this.isOnline = false));
    addEventListener("beforeinstallprompt", (event) => {
      event.preventDefault();
      this.offer = event as InstallPrompt;
    });
    addEventListener("appinstalled", () => (this.offer = undefined));
    const workers = navigator.serviceWorker;
    if (!workers || import.meta.env.DEV) return;
    workers.register("./sw.js").catch(() => {});
    void workers.ready.then(() => (this.isReady = true));
  }
}

export const install = new Install();
