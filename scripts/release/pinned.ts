export interface Release {
  /** `owner/name` on GitHub. */
  readonly repository: string
  /** The full commit. */
  readonly sha: string
  /** Without `v`. */
  readonly version: string
}

/**
 * A text whose `uses:` lines of this action name the commit of a release, its version behind it, and whose addresses of the package are
 * those of that version. What follows the pin in a comment goes: "pin the commit of a release" is done then.
 */
export function pinned(text: string, { repository, sha, version }: Release): string {
  return text
    .replace(
      /(uses: )[\w.-]+\/eso-vault-action@(?:COMMIT_SHA|[0-9a-f]{40})(?: #.*)?$/gm,
      (_line, uses: string) => `${uses}${repository}@${sha} # v${version}`,
    )
    .replace(
      /https:\/\/github\.com\/[\w.-]+\/[\w.-]+\/releases\/download\/v[\w.]+\/eso-vault-[\w.]+\.tgz/g,
      `https://github.com/${repository}/releases/download/v${version}/eso-vault-${version}.tgz`,
    )
}
