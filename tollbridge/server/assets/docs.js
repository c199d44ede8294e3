// Shows the contract. A file of its own, as the pages' Content-Security-Policy runs nothing that stands in a page.
fetch("openapi.json")
  .then((answer) => answer.json())
  .then((spec) => {
    spec.servers = [{ url: location.origin }];
    SwaggerUIBundle({ spec, dom_id: "#docs", deepLinking: true, validatorUrl: null });
  });
