// Shows the contract. A file of its own, as the pages' Content-Security-Policy runs nothing that stands in a page.

/** The path that the contract's server has, on this server: where operations are. */
function here({ url = "/", variables = {} } = {}) {
  const filled = url.replace(/\{([^{}]*)\}/g, (_, name) => variables[name]?.default ?? "");
  return location.origin + new URL(filled, location.origin).pathname.replace(/\/+$/, "");
}

document.documentElement.classList.toggle("dark-mode", matchMedia("(prefers-color-scheme: dark)").matches);
fetch("openapi.json")
  .then((answer) => answer.json())
  .then((spec) => {
    spec.servers = [{ url: here(spec.servers?.[0]) }];
    // With tryItOutEnabled it would send text that it makes up, and not the contract's example.
    SwaggerUIBundle({ spec, dom_id: "#docs", deepLinking: true, validatorUrl: null, tryItOutEnabled: false });
  });
