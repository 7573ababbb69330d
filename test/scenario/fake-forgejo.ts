import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'

interface Issue {
  readonly number: number
  readonly user: { readonly login: string }
  title: string
  body: string
  state: string
  labels: { readonly id: number; readonly name: string }[]
}

/**
 * Forgejo's API where it is not GitHub's, as Gitea's is: below `/api/v1`, no GraphQL, no `GET /user` for the token of a job, labels by id, all
 * comments of an issue at once, at most 50 entries a page.
 */
export async function startForgejo(bot: string) {
  const issues: Issue[] = []
  const labels: { readonly id: number; readonly name: string }[] = []
  const comments: { readonly id: number; readonly issue: number; body: string; readonly user: { login: string } }[] = []
  const requests: string[] = []
  let mayWrite = true
  const answerTo = (method: string, url: URL, body: Readonly<Record<string, unknown>>): [number, unknown] => {
    const path = url.pathname.replace('/api/v1/repos/acme/gitops', '')
    const [page, limit] = [Number(url.searchParams.get('page') ?? 1), Number(url.searchParams.get('limit') ?? 30)]
    const paged = (all: readonly unknown[]) => all.slice((page - 1) * Math.min(limit, 50), page * Math.min(limit, 50))
    if (!url.pathname.startsWith('/api/v1/')) return [404, { message: 'Not Found' }]
    if (url.pathname === '/api/v1/user') return [403, { message: 'token does not have the required scope' }]
    if (method !== 'GET' && !mayWrite) return [403, { message: 'user should have a permission to write' }]
    if (path === '/labels') {
      if (method === 'GET') return [200, paged(labels)]
      labels.push({ id: 41 + labels.length, name: String(body.name) })
      return [201, labels.at(-1)]
    }
    if (path === '/issues' && method === 'GET') {
      const [label, by] = [url.searchParams.get('labels'), url.searchParams.get('created_by')]
      const found = issues.filter(
        (issue) =>
          (label === null || issue.labels.some(({ name }) => name === label)) &&
          (by === null || issue.user.login === by),
      )
      return [200, paged([...found].reverse())]
    }
    if (path === '/issues') {
      const ids = body.labels as unknown[]
      if (ids.some((id) => typeof id !== 'number')) return [422, { message: 'cannot unmarshal string into Go value' }]
      issues.push({
        number: issues.length + 1,
        user: { login: bot },
        title: String(body.title),
        body: String(body.body),
        state: 'open',
        labels: labels.filter(({ id }) => ids.includes(id)),
      })
      return [201, issues.at(-1)]
    }
    const ofIssue = /^\/issues\/(\d+)(\/comments)?$/.exec(path)
    const ofComment = /^\/issues\/comments\/(\d+)$/.exec(path)
    if (ofIssue?.[2] !== undefined) {
      const issue = Number(ofIssue[1])
      if (method === 'GET') return [200, comments.filter((one) => one.issue === issue)]
      comments.push({ id: comments.length + 1, issue, body: String(body.body), user: { login: bot } })
      return [201, comments.at(-1)]
    }
    const one = ofIssue === null ? comments[Number(ofComment?.[1]) - 1] : issues[Number(ofIssue[1]) - 1]
    return one === undefined || method !== 'PATCH' ? [404, { message: 'Not Found' }] : [200, Object.assign(one, body)]
  }
  const server = createServer((request, response) => {
    let text = ''
    request.on('data', (chunk) => (text += String(chunk)))
    request.on('end', () => {
      const url = new URL(request.url ?? '', 'http://forge')
      requests.push(`${request.method} ${url.pathname}`)
      const [status, body] = answerTo(request.method ?? '', url, text === '' ? {} : JSON.parse(text))
      response.writeHead(status, { 'Content-Type': 'application/json' }).end(JSON.stringify(body))
    })
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}/api/v1`,
    issues,
    labels,
    comments,
    requests,
    refuseWrites: () => {
      mayWrite = false
    },
    stop: () => new Promise<void>((resolve) => server.close(() => resolve())),
  }
}
