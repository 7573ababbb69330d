import { createServer } from 'node:net'

/** A port P for which P and P+1 (the server's cluster port) are free. */
export async function freePort(): Promise<number> {
  for (;;) {
    const port = await listenOn(0)
    if (port && port < 65_535 && (await listenOn(port + 1))) return port
  }
}

function listenOn(port: number): Promise<number | undefined> {
  return new Promise((resolve) => {
    const probe = createServer()
    probe.once('error', () => resolve(undefined))
    probe.listen(port, '127.0.0.1', () => {
      const address = probe.address()
      probe.close(() => resolve(typeof address === 'object' && address ? address.port : undefined))
    })
  })
}
