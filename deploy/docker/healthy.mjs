// The image's health check: succeeds while the server answers on its port. With node, because the
// image has no curl.
import { get } from 'node:http'

const port = process.env.MCP_PORT || '8000'
const request = get(`http://127.0.0.1:${port}/health/live`, { timeout: 4_000 }, response => {
  response.resume()
  process.exitCode = response.statusCode === 200 ? 0 : 1
})
request.on('timeout', () => request.destroy())
request.on('error', () => {
  process.exitCode = 1
})
