import { type Agent as HttpAgent, request as httpRequest, type IncomingHttpHeaders } from 'node:http'
import { type Agent as HttpsAgent, request as httpsRequest } from 'node:https'
import { urlToHttpOptions } from 'node:url'
import { VaultUnavailable } from './errors.ts'

/** One HTTP answer, whole. */
export interface HttpAnswer {
  readonly status: number
  readonly headers: IncomingHttpHeaders
  readonly text: string
}

/** Where a server listens, as Node's client takes it: taken apart once for all requests to it. */
export interface Target {
  readonly protocol: string
  readonly hostname: string
  readonly port?: number | string
  /** Host and port, for sentences. */
  readonly name: string
}

export function targetOf(url: URL): Target {
  // Without the brackets of an IPv6 address.
  const { hostname, port } = urlToHttpOptions(url)
  return { protocol: url.protocol, hostname: hostname ?? url.hostname, ...(port ? { port } : {}), name: url.host }
}

export interface HttpMessage {
  readonly method: string
  readonly target: Target
  /** With its query, percent-encoded. It is sent as it is: nobody resolves a `..` in it. */
  readonly path: string
  readonly headers: Readonly<Record<string, string>>
  readonly body?: string
}

export interface ExchangeLimits {
  readonly agent: HttpAgent | HttpsAgent
  /** Milliseconds for the whole exchange, from the first byte out to the last byte in. */
  readonly timeoutMs: number
  readonly maxBytes: number
}

/** One request and its answer, without retries. Follows no redirect. Rejects with Node's own error, or VaultUnavailable. */
export function exchange(message: HttpMessage, limits: ExchangeLimits): Promise<HttpAnswer> {
  const { method, target, path, headers, body } = message
  const { protocol, hostname, port } = target
  return new Promise((resolve, reject) => {
    const send = protocol === 'https:' ? httpsRequest : httpRequest
    const request = send({ protocol, hostname, port, path, method, headers, agent: limits.agent })
    const fail = (error: unknown) => {
      clearTimeout(timer)
      reject(error)
    }
    const timer = setTimeout(() => {
      fail(Object.assign(new Error('timeout'), { code: 'ETIMEDOUT' }))
      request.destroy()
    }, limits.timeoutMs)
    request.on('error', fail)
    request.on('response', (response) => {
      const chunks: Buffer[] = []
      let bytes = 0
      response.on('data', (chunk: Buffer) => {
        bytes += chunk.length
        if (bytes > limits.maxBytes) {
          fail(tooLarge(target.name, limits.maxBytes))
          request.destroy()
          return
        }
        chunks.push(chunk)
      })
      const finish = () => {
        clearTimeout(timer)
        const whole = chunks.length === 1 ? chunks[0] : Buffer.concat(chunks)
        const text = whole?.toString('utf8') ?? ''
        resolve({ status: response.statusCode ?? 0, headers: response.headers, text })
      }
      // A TLS port refuses plain HTTP with a 400 and a reset at once; what came before the reset says why.
      response.on('error', (error) => (response.statusCode === 400 ? finish() : fail(error)))
      response.on('end', finish)
    })
    request.end(body)
  })
}

function tooLarge(host: string, maxBytes: number): VaultUnavailable {
  const size = `${Math.floor(maxBytes / 1024 / 1024)} MiB`
  return new VaultUnavailable(
    'oversize',
    `${host} sent an answer larger than ${size}; no answer of Vault is that large.`,
  )
}
