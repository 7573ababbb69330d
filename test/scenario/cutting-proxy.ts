import { createServer, request as send } from 'node:http'
import type { AddressInfo } from 'node:net'

/** How far the write gets that a run is cut off at. */
export type Reach =
  /** It does not reach the server. */
  | 'sent'
  /** The server did it, and its answer does not reach the program. */
  | 'done'
  /** The program has the answer, and goes on to its next request, which reaches nobody. */
  | 'answered'

/** What asks or ends a token of the run itself: no part of the server's state. */
const OWN = /^\/v1\/(sys\/capabilities-self|auth\/token\/|auth\/[^/]+\/login$)/

/** Stands before a server and passes everything on; at one write it cuts the program off for good, and says so. */
export async function startCuttingProxy(target: string) {
  let cut: { readonly write: number; readonly reach: Reach; readonly tell: () => void } | undefined
  let isCut = false
  let writes: string[] = []
  const server = createServer((request, response) => {
    if (isCut) return void cut?.tell()
    const isWrite = !['GET', 'LIST', 'HEAD'].includes(request.method ?? '') && !OWN.test(request.url ?? '')
    const isTheOne = isWrite && cut !== undefined && writes.length + 1 === cut.write
    if (isTheOne && cut?.reach === 'sent') {
      isCut = true
      return cut.tell()
    }
    if (isWrite) writes.push((request.url ?? '').replace('/v1/', ''))
    if (isTheOne) isCut = true
    const onward = send(
      `${target}${request.url}`,
      { method: request.method ?? 'GET', headers: request.headers },
      (answer) => {
        if (isTheOne && cut?.reach === 'done') {
          answer.resume().once('end', () => cut?.tell())
          return
        }
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
    /** Resolves when the program is cut off; passes on everything from now until then. */
    cutAt: (write: number, reach: Reach): Promise<void> => {
      isCut = false
      writes = []
      return new Promise((resolve) => {
        cut = { write, reach, tell: resolve }
      })
    },
    /** Passes everything on again. */
    mend: () => {
      cut = undefined
      isCut = false
      writes = []
    },
    /** Paths of the writes that reached the server since the last `cutAt` or `mend`. */
    writes: (): readonly string[] => writes,
    stop: () => {
      server.closeAllConnections()
      return new Promise<void>((resolve) => server.close(() => resolve()))
    },
  }
}
