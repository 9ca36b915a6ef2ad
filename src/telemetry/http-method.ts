/** Methods of HTTP requests as labels: whoever calls may write anything there. */
const METHODS = new Set(['GET', 'HEAD', 'POST', 'PUT', 'PATCH', 'DELETE', 'OPTIONS'])

/** The method, or `other`. */
export function knownMethod(method: string): string {
  return METHODS.has(method) ? method : 'other'
}
