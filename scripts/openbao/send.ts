import { request as httpRequest } from 'node:http'
import { request as httpsRequest } from 'node:https'

export interface Answer {
  readonly status: number
  // biome-ignore lint/suspicious/noExplicitAny: tests look into answers of every shape
  readonly body: any
}

interface Message {
  readonly method: string
  readonly url: string
  readonly body?: unknown
  readonly token: string
  readonly ca: string | undefined
}

/** One plain request of the tests' own: what sets the stage must not go through the code under test. */
export function send({ method, url, body, token, ca }: Message): Promise<Answer> {
  const text = body === undefined ? undefined : JSON.stringify(body)
  const headers: Record<string, string> = { 'X-Vault-Request': 'true' }
  if (token) headers['X-Vault-Token'] = token
  if (text !== undefined)
    headers['Content-Type'] = method === 'PATCH' ? 'application/merge-patch+json' : 'application/json'
  return new Promise((resolve, reject) => {
    const options = { method, headers, agent: false as const, ...(ca ? { ca } : {}) }
    const call = (url.startsWith('https:') ? httpsRequest : httpRequest)(url, options, (response) => {
      const chunks: Buffer[] = []
      response.on('data', (chunk: Buffer) => chunks.push(chunk))
      response.on('end', () => {
        const answer = Buffer.concat(chunks).toString()
        resolve({ status: response.statusCode ?? 0, body: answer.startsWith('{') ? JSON.parse(answer) : answer })
      })
      response.on('error', reject)
    })
    call.on('error', reject)
    call.end(text)
  })
}
