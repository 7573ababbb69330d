import { at, type Placed, textAt } from '../placed/placed.ts'

/** What Argo CD puts into the texts of a source from its build environment (helm.md §1.2). */
export interface BuildEnvironment {
  /** The text with its variables; `untold`: those whose value Git does not tell, which stand as they are written. */
  substitute(text: string): { readonly text: string; readonly untold: readonly string[] }
}

/** Only the run knows them. */
const UNTOLD = /^(?:ARGOCD_APP_REVISION(?:_SHORT(?:_8)?)?|KUBE_VERSION|KUBE_API_VERSIONS)$/

/** `$NAME`, `${NAME}`, `$$`, and the single characters that Go's `os.Expand` takes for names. */
const VARIABLE = /\$(?:\{([^{}]*)\}|(\w+)|([*#$@!?-]))/g

export function buildEnvironment(application: Placed, source: Placed): BuildEnvironment {
  const known: Readonly<Record<string, string | undefined>> = {
    ARGOCD_APP_NAME: textAt(application, 'metadata', 'name'),
    ARGOCD_APP_NAMESPACE: textAt(application, 'spec', 'destination', 'namespace'),
    ARGOCD_APP_PROJECT_NAME: textAt(application, 'spec', 'project'),
    ARGOCD_APP_SOURCE_PATH: textAt(source, 'path'),
    ARGOCD_APP_SOURCE_REPO_URL: textAt(source, 'repoURL'),
    ARGOCD_APP_SOURCE_TARGET_REVISION: textAt(at(source), 'targetRevision'),
  }
  return {
    substitute(text) {
      const untold: string[] = []
      const put = text.replace(
        VARIABLE,
        (whole, braced: string | undefined, plain: string | undefined, sign: string | undefined) => {
          if (sign === '$') return '$'
          const name = braced ?? plain ?? sign ?? ''
          if (UNTOLD.test(name)) {
            untold.push(name)
            return whole
          }
          // One that nobody sets is empty.
          return (Object.hasOwn(known, name) ? known[name] : undefined) ?? ''
        },
      )
      return { text: put, untold }
    },
  }
}
