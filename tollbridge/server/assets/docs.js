// Shows the contract. A file of its own, as the pages' Content-Security-Policy runs nothing that stands in a page.
import { basePath } from "./base_path.js";

document.documentElement.classList.toggle("dark-mode", matchMedia("(prefers-color-scheme: dark)").matches);
const spec = await (await fetch("openapi.json")).json();
spec.servers = [{ url: location.origin + basePath(spec) }];
// With tryItOutEnabled it would send text that it makes up, and not the contract's example.
window.SwaggerUIBundle({ spec, dom_id: "#docs", deepLinking: true, validatorUrl: null, tryItOutEnabled: false });
