import { createServer, type IncomingMessage } from 'node:http'
import type { AddressInfo } from 'node:net'

export interface ApiIssue {
  number: number
  title: string
  body: string
  state: 'open' | 'closed'
  state_reason: string | null
  labels: { name: string }[]
  user: { login: string }
  pull_request?: object
}

/** A local server that speaks the part of GitHub's REST API which keeps issues, and writes down what it is asked. */
export interface GitHubApi {
  readonly url: string
  readonly issues: ApiIssue[]
  readonly comments: { readonly issue: number; readonly body: string }[]
  /** `PATCH /repos/acme/gitops/issues/1 body,state=open`: method, path with query, and what the body says; of long texts that they are there. */
  readonly log: string[]
  /** The requests' bodies, as they were sent. */
  readonly bodies: string[]
  readonly authorizations: ReadonlySet<string>
  /** What the next requests that match are answered with instead. */
  refuse: { readonly method: string; readonly path: RegExp; readonly status: number } | undefined
  addIssue(parts: Partial<ApiIssue>): ApiIssue
  stop(): Promise<void>
}

export const BOT = 'github-actions[bot]'

export async function startGitHubApi(): Promise<GitHubApi> {
  const issues: ApiIssue[] = []
  const comments: { issue: number; body: string }[] = []
  const log: string[] = []
  const bodies: string[] = []
  const authorizations = new Set<string>()
  const addIssue = (parts: Partial<ApiIssue>): ApiIssue => {
    const made: ApiIssue = {
      number: issues.length + 1,
      title: '',
      body: '',
      state: 'open',
      state_reason: null,
      labels: [],
      user: { login: BOT },
      ...parts,
    }
    issues.push(made)
    return made
  }
  const answer = (method: string, url: URL, body: Record<string, unknown>): [number, unknown] => {
    if (method === 'POST' && url.pathname === '/graphql') return [200, { data: { viewer: { login: BOT } } }]
    const path = url.pathname.replace('/repos/acme/gitops', '')
    const get = (name: string) => url.searchParams.get(name)
    if (method === 'GET' && path === '/issues') {
      const [label, creator, state] = [get('labels'), get('creator'), get('state') ?? 'open']
      const found = issues.filter(
        (issue) =>
          (label === null || issue.labels.some(({ name }) => name === label)) &&
          (creator === null || issue.user.login === creator) &&
          (state === 'all' || issue.state === state),
      )
      if (get('direction') !== 'asc') found.reverse()
      const [size, page] = [Number(get('per_page') ?? 30), Number(get('page') ?? 1)]
      return [200, found.slice((page - 1) * size, page * size)]
    }
    if (method === 'POST' && path === '/issues') {
      const labels = (body.labels as string[]).map((name) => ({ name }))
      // GitHub keeps bodies with CRLF.
      const text = String(body.body).replaceAll('\n', '\r\n')
      return [201, addIssue({ title: String(body.title), body: text, labels })]
    }
    const one = /^\/issues\/(\d+)(\/comments)?$/.exec(path)
    const issue = issues.find(({ number }) => number === Number(one?.[1]))
    if (issue === undefined) return [404, { message: 'Not Found' }]
    if (method === 'POST' && one?.[2] !== undefined) {
      comments.push({ issue: issue.number, body: String(body.body) })
      return [201, { id: comments.length }]
    }
    if (method !== 'PATCH') return [404, { message: 'Not Found' }]
    return [200, Object.assign(issue, body)]
  }
  const api: GitHubApi = {
    url: '',
    issues,
    comments,
    log,
    bodies,
    authorizations,
    refuse: undefined,
    addIssue,
    stop: () => new Promise((resolve) => void server.close(() => resolve())),
  }
  const server = createServer((request, response) => {
    void read(request).then((text) => {
      const url = new URL(request.url ?? '/', 'http://github.test')
      const method = request.method ?? ''
      const body = text === '' ? {} : (JSON.parse(text) as Record<string, unknown>)
      log.push(`${method} ${decodeURIComponent(url.pathname + url.search)} ${told(body)}`.trim())
      bodies.push(text)
      authorizations.add(request.headers.authorization ?? '')
      const refused =
        api.refuse !== undefined && api.refuse.method === method && api.refuse.path.test(url.pathname)
          ? ([api.refuse.status, { message: 'Resource not accessible by integration' }] as const)
          : undefined
      const [status, data] = refused ?? answer(method, url, body)
      response.writeHead(status, { 'content-type': 'application/json', connection: 'close' })
      response.end(JSON.stringify(data))
    })
  })
  await new Promise<void>((resolve) => void server.listen(0, '127.0.0.1', resolve))
  return Object.assign(api, { url: `http://127.0.0.1:${(server.address() as AddressInfo).port}` })
}

function told(body: Readonly<Record<string, unknown>>): string {
  const long = ['body', 'query']
  return Object.entries(body)
    .sort(([a], [b]) => (a < b ? -1 : 1))
    .map(([name, value]) => (long.includes(name) ? name : `${name}=${String(value)}`))
    .join(',')
}

async function read(request: IncomingMessage): Promise<string> {
  const chunks: Buffer[] = []
  for await (const chunk of request) chunks.push(chunk as Buffer)
  return Buffer.concat(chunks).toString()
}
