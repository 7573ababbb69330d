import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'

const BOT = 'github-actions[bot]'

/** What a request is answered instead; `undefined`: what GitHub would. */
export interface Answer {
  readonly status: number
  readonly headers?: Readonly<Record<string, string>>
  readonly body?: unknown
}

interface Options {
  readonly mayWrite?: boolean
  /** `route`: method and path. */
  readonly instead?: (route: string) => Answer | undefined
}

/** GitHub's REST API as far as comments go; it remembers what it was asked. */
export async function startGitHub({ mayWrite = true, instead = () => undefined }: Options = {}) {
  const comments: { id: number; body: string; user: { login: string } }[] = []
  const requests: string[] = []
  const authorizations = new Set<string>()
  const server = createServer((request, response) => {
    let text = ''
    request.on('data', (chunk) => (text += String(chunk)))
    request.on('end', () => {
      requests.push(`${request.method} ${request.url?.split('?')[0]}`)
      authorizations.add(request.headers.authorization ?? '')
      const answer = (status: number, body: unknown, headers: Readonly<Record<string, string>> = {}) => {
        response.writeHead(status, { 'Content-Type': 'application/json', ...headers })
        response.end(JSON.stringify(body))
      }
      const body = text === '' ? {} : JSON.parse(text)
      const route = `${request.method} ${request.url?.split('?')[0]}`
      const other = instead(route)
      if (other !== undefined) return answer(other.status, other.body ?? { message: 'no' }, other.headers)
      if (route === 'POST /graphql') return answer(200, { data: { viewer: { login: BOT } } })
      if (route === 'GET /repos/acme/gitops/issues/7/comments') return answer(200, comments)
      if (!mayWrite) return answer(403, { message: 'Resource not accessible by integration' })
      if (route === 'POST /repos/acme/gitops/issues/7/comments') {
        comments.push({ id: comments.length + 1, body: body.body, user: { login: BOT } })
        return answer(201, comments.at(-1))
      }
      const id = /^PATCH \/repos\/acme\/gitops\/issues\/comments\/(\d+)$/.exec(route)?.[1]
      const comment = comments.find((one) => one.id === Number(id))
      if (comment === undefined) return answer(404, { message: 'Not Found' })
      comment.body = body.body
      return answer(200, comment)
    })
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    comments,
    requests,
    authorizations,
    stop: () => new Promise<void>((resolve) => server.close(() => resolve())),
  }
}
