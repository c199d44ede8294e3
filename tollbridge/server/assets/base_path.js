/** The path below which the contract's first server has its operations; ours has them below the same one. */
export function basePath({ servers }) {
  const { url = "/", variables = {} } = servers?.[0] ?? {};
  const filled = url.replace(/\{([^{}]*)\}/g, (_, name) => variables[name]?.default ?? "");
  return new URL(filled, location.origin).pathname.replace(/\/+$/, "");
}
