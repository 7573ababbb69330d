import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'

/** Runs of a workflow as GitHub lists them, newest first; shortened to what is asked for. */
const RUNS = [
  { id: 905, name: 'eso-vault snapshot', head_branch: 'topic', conclusion: 'success', status: 'completed' },
  { id: 904, name: 'eso-vault snapshot', head_branch: 'main', conclusion: 'failure', status: 'completed' },
  { id: 903, name: 'eso-vault snapshot', head_branch: 'main', conclusion: 'success', status: 'completed' },
  { id: 902, name: 'eso-vault snapshot', head_branch: 'main', conclusion: 'success', status: 'completed' },
]

/** The part of GitHub's REST API by which a workflow finds the artifact of another one; it may be read with `actions: read`. */
export async function startArtifacts(artifacts: ReadonlyMap<number, string>) {
  const requests: string[] = []
  const server = createServer((request, response) => {
    const url = new URL(request.url ?? '/', 'http://localhost')
    requests.push(`${request.method} ${url.pathname}${url.search}`)
    const answer = (status: number, body: unknown) => {
      response.writeHead(status, { 'Content-Type': 'application/json' })
      response.end(typeof body === 'string' ? body : JSON.stringify(body))
    }
    if (request.method !== 'GET') return answer(403, { message: 'Resource not accessible by integration' })
    const path = url.pathname.replace('/repos/acme/gitops/actions', '')
    if (path === '/workflows/vault-snapshot.yml/runs') {
      const [branch, status] = [url.searchParams.get('branch'), url.searchParams.get('status')]
      const found = RUNS.filter((run) => run.head_branch === branch && run.conclusion === status)
      return answer(200, {
        total_count: found.length,
        workflow_runs: found.slice(0, Number(url.searchParams.get('per_page'))),
      })
    }
    const run = Number(/^\/runs\/(\d+)\/artifacts$/.exec(path)?.[1])
    if (artifacts.has(run))
      return answer(200, { total_count: 1, artifacts: [{ id: run * 10, name: 'vault-snapshot' }] })
    const id = Number(/^\/artifacts\/(\d+)\/zip$/.exec(path)?.[1])
    const content = artifacts.get(id / 10)
    return content === undefined ? answer(404, { message: 'Not Found' }) : answer(200, content)
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    requests,
    stop: () => new Promise<void>((resolve) => server.close(() => resolve())),
  }
}

/** `gh run list`, as far as the example asks it: the same flags, the same request, the same answer. */
export const GH = `#!/usr/bin/env node
const args = process.argv.slice(2)
const flag = (name) => args[args.indexOf('--' + name) + 1]
if (args[0] !== 'run' || args[1] !== 'list' || flag('json') !== 'databaseId' || flag('jq') !== '.[0].databaseId') process.exit(64)
const query = new URLSearchParams({ branch: flag('branch'), status: flag('status'), per_page: flag('limit') })
const url = process.env.GITHUB_API_URL + '/repos/' + flag('repo') + '/actions/workflows/' + flag('workflow') + '/runs?' + query
const answer = await (await fetch(url, { headers: { Authorization: 'token ' + process.env.GH_TOKEN } })).json()
const [run] = answer.workflow_runs
if (run !== undefined) console.log(run.id)
`

/** What actions/download-artifact does with \`run-id\` and \`name\`. */
export async function downloadArtifact(api: string, run: string, name: string): Promise<string> {
  const base = `${api}/repos/acme/gitops/actions`
  const listed = (await (await fetch(`${base}/runs/${run}/artifacts`)).json()) as {
    readonly artifacts?: readonly { readonly id: number; readonly name: string }[]
  }
  const artifact = listed.artifacts?.find((one) => one.name === name)
  if (artifact === undefined) throw new Error(`run ${run} has no artifact ${name}`)
  return (await fetch(`${base}/artifacts/${artifact.id}/zip`)).text()
}
