// In a browser: the module is fetched from beside this one. Importing waits for it.

import init from "./wasm/verifier.js";

await init({ module_or_path: new URL("./wasm/verifier_bg.wasm", import.meta.url) });

export { Checker, CheckerError, readPixels } from "./checker.js";
