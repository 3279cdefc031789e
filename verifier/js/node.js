// In Node: the module is read from the file beside this one.

import { readFileSync } from "node:fs";
import { initSync } from "./wasm/verifier.js";

initSync({ module: readFileSync(new URL("./wasm/verifier_bg.wasm", import.meta.url)) });

export { Checker, CheckerError, readPixels } from "./checker.js";
