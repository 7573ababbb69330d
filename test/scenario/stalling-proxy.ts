import { createServer, request as send } from 'node:http'
import type { AddressInfo } from 'node:net'

/** Stands before a server and passes everything on, until it is told to let requests hang. */
export async function startStallingProxy(target: string) {
  let stalls: (path: string) => boolean = () => false
  const paths: string[] = []
  const server = createServer((request, response) => {
    paths.push(`${request.method} ${request.url}`)
    if (stalls(request.url ?? '')) return
    const onward = send(
      `${target}${request.url}`,
      { method: request.method ?? 'GET', headers: request.headers },
      (answer) => {
        response.writeHead(answer.statusCode ?? 502, answer.headers)
        answer.pipe(response)
      },
    )
    onward.on('error', () => response.destroy())
    request.pipe(onward)
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  return {
    address: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    paths,
    stall: (when: (path: string) => boolean) => {
      stalls = when
    },
    stop: () => {
      server.closeAllConnections()
      return new Promise<void>((resolve) => server.close(() => resolve()))
    },
  }
}
