export const id = 682;
export const ids = [682];
export const modules = {

/***/ 2682:
/***/ ((__unused_webpack___webpack_module__, __webpack_exports__, __webpack_require__) => {

// ESM COMPAT FLAG
__webpack_require__.r(__webpack_exports__);

// EXPORTS
__webpack_require__.d(__webpack_exports__, {
  changeOfRun: () => (/* binding */ changeOfRun)
});

;// CONCATENATED MODULE: ./build/dist/changes/find-base.js
/** Without the file of the payload, the events of a run are known by name only. */
function changeEvent(env, payload) {
    const text = (name) => (env[name] === '' ? undefined : env[name]);
    return { name: text('GITHUB_EVENT_NAME'), payload, baseRef: text('GITHUB_BASE_REF') };
}
const DEEPER = 'set `fetch-depth: 0` on actions/checkout';
const ONE_DEEPER = 'set `fetch-depth: 2` on actions/checkout';
/**
 * What this change starts from. A pull request is checked out as its merge commit, whose first parent is the state of the target
 * branch that it was merged with (platform.md §1.3): with `fetch-depth: 2` that is enough. Otherwise the common ancestor with the
 * target branch counts, or, where a shallow clone holds no history, the target's commit itself. Nothing is ever fetched.
 */
async function findBase(git, cwd, event) {
    const opened = await git(['rev-parse', '--git-dir'], { cwd });
    if (opened.code !== 0)
        return { found: false, because: whyClosed(opened) };
    const head = await commitOf(git, cwd, 'HEAD');
    if (head === undefined)
        return { found: false, because: 'this folder has no commit yet' };
    switch (event.name) {
        case 'pull_request':
        case 'pull_request_target':
        case 'pull_request_review':
            return pullRequestBase(git, cwd, event, head);
        case 'push':
            return givenBase(git, cwd, field(event.payload, 'before'), 'the commit before this push');
        case 'merge_group':
            return givenBase(git, cwd, field(event.payload, 'merge_group', 'base_sha'), 'the target branch');
        default:
            return defaultBranchBase(git, cwd, head);
    }
}
function whyClosed({ code, stderr }) {
    if (code === undefined)
        return 'git could not be started';
    // In a container the checkout belongs to another user.
    if (stderr.includes('dubious ownership'))
        return 'git does not trust this folder, which belongs to another user (`git config --global --add safe.directory "$PWD"` in a step before)';
    return 'this folder is no Git repository';
}
async function pullRequestBase(git, cwd, event, head) {
    const name = event.baseRef === undefined ? 'the target branch' : `\`${event.baseRef}\``;
    const baseSha = field(event.payload, 'pull_request', 'base', 'sha');
    const headSha = field(event.payload, 'pull_request', 'head', 'sha');
    const parents = await parentsOf(git, cwd, head);
    const [first, second] = parents;
    if (first !== undefined && second !== undefined && (headSha === undefined || headSha === second)) {
        if (await isThere(git, cwd, first))
            return { found: true, commit: first, name };
    }
    const ref = event.baseRef === undefined ? undefined : await commitOf(git, cwd, `refs/remotes/origin/${event.baseRef}`);
    const given = isCommitId(baseSha) && (await isThere(git, cwd, baseSha)) ? baseSha : undefined;
    for (const target of [given, ref]) {
        const common = target === undefined ? undefined : await mergeBase(git, cwd, head, target);
        if (common !== undefined)
            return { found: true, commit: common, name };
    }
    const commit = given ?? ref;
    if (commit !== undefined)
        return { found: true, commit, name };
    return {
        found: false,
        because: `the clone does not hold the commit that the pull request starts from; ${parents.length > 1 ? ONE_DEEPER : DEEPER}`,
    };
}
async function givenBase(git, cwd, commit, name) {
    // A push that makes a branch comes from nothing: forty zeros.
    if (!isCommitId(commit) || /^0+$/.test(commit))
        return { found: false, because: `the event does not tell ${name}` };
    if (await isThere(git, cwd, commit))
        return { found: true, commit, name };
    return { found: false, because: `the clone does not hold ${name}; ${DEEPER}` };
}
const DEFAULT_BRANCHES = [
    ['refs/remotes/origin/HEAD', 'the default branch of origin'],
    ['refs/remotes/origin/main', 'origin/main'],
    ['refs/remotes/origin/master', 'origin/master'],
    ['refs/heads/main', 'main'],
    ['refs/heads/master', 'master'],
];
async function defaultBranchBase(git, cwd, head) {
    let seen = false;
    for (const [ref, name] of DEFAULT_BRANCHES) {
        const target = await commitOf(git, cwd, ref);
        if (target === undefined)
            continue;
        seen = true;
        const common = await mergeBase(git, cwd, head, target);
        if (common !== undefined)
            return { found: true, commit: common, name };
    }
    return {
        found: false,
        because: seen
            ? `the clone does not hold the history that this branch and the default branch share; ${DEEPER}`
            : 'no default branch was found (origin/HEAD, main or master)',
    };
}
/** The commit that a full ref name leads to. */
async function commitOf(git, cwd, ref) {
    const { code, stdout } = await git(['rev-parse', '--verify', '--quiet', '--end-of-options', `${ref}^{commit}`], {
        cwd,
    });
    const id = stdout.toString('latin1').trim();
    return code === 0 && isCommitId(id) ? id : undefined;
}
async function isThere(git, cwd, commit) {
    return (await git(['cat-file', '-e', `${commit}^{tree}`], { cwd })).code === 0;
}
/** As the commit itself says: a shallow clone hides parents from everything that walks the history. */
async function parentsOf(git, cwd, commit) {
    const { code, stdout } = await git(['cat-file', 'commit', commit], { cwd });
    if (code !== 0)
        return [];
    const [head = ''] = stdout.toString('latin1').split('\n\n', 1);
    return [...head.matchAll(/^parent ([0-9a-f]+)$/gm)].map((match) => match[1]);
}
async function mergeBase(git, cwd, one, other) {
    const { code, stdout } = await git(['merge-base', one, other], { cwd });
    const id = stdout.toString('latin1').trim();
    return code === 0 && isCommitId(id) ? id : undefined;
}
function isCommitId(value) {
    return typeof value === 'string' && /^(?:[0-9a-f]{40}|[0-9a-f]{64})$/.test(value);
}
function field(value, ...names) {
    return names.reduce((at, name) => (typeof at === 'object' && at !== null ? at[name] : undefined), value);
}

// EXTERNAL MODULE: external "node:child_process"
var external_node_child_process_ = __webpack_require__(1421);
;// CONCATENATED MODULE: ./build/dist/changes/git.js

const TIMEOUT = 60_000;
/** As much as the manifests of a repository may hold together (platform.md §7 threat 5), and the names around them. */
const MAX_OUTPUT = 256 * 1024 * 1024;
/**
 * What a repository's own config could make git start: none of the commands that are run here needs any of it. All of them read
 * objects only: the working tree is never read by git, hence no filter, textconv, diff driver or file monitor has its turn.
 */
const HARMLESS = [
    '--no-pager',
    '-c',
    'core.fsmonitor=false',
    '-c',
    'core.hooksPath=/dev/null',
    '-c',
    'core.sshCommand=false',
    '-c',
    'credential.helper=',
    '-c',
    'diff.external=',
    '-c',
    'protocol.allow=never',
];
/** Git on a real process: no shell, no network, no prompt, no lock, and of the environment only what finding git needs. */
function realGit(env) {
    return (args, { cwd, input }) => new Promise((resolve) => {
        const child = (0,external_node_child_process_.execFile)('git', [...HARMLESS, ...args], {
            cwd,
            env: environmentOf(env),
            timeout: TIMEOUT,
            maxBuffer: MAX_OUTPUT,
            killSignal: 'SIGKILL',
            encoding: 'buffer',
            shell: false,
            windowsHide: true,
        }, (error, stdout, stderr) => {
            const code = error === null ? 0 : typeof error.code === 'number' ? error.code : undefined;
            resolve({ code, stdout, stderr: stderr.toString('utf8') });
        });
        // Git may end before it has read everything; its exit code says why.
        child.stdin?.on('error', () => undefined);
        child.stdin?.end(input ?? '');
    });
}
/** `GIT_DIR`, `GIT_EXTERNAL_DIFF`, `GIT_CONFIG_*` and their like are left behind: they would speak of another repository. */
function environmentOf(env) {
    const kept = {
        LC_ALL: 'C',
        GIT_OPTIONAL_LOCKS: '0',
        GIT_TERMINAL_PROMPT: '0',
        // A partial clone would fetch what is missing, by itself.
        GIT_NO_LAZY_FETCH: '1',
        GIT_ALLOW_PROTOCOL: 'none',
        GIT_NO_REPLACE_OBJECTS: '1',
        GIT_LITERAL_PATHSPECS: '1',
    };
    for (const name of ['PATH', 'HOME', 'USERPROFILE', 'SystemRoot', 'XDG_CONFIG_HOME']) {
        const value = env[name];
        if (value !== undefined)
            kept[name] = value;
    }
    return kept;
}

// EXTERNAL MODULE: external "node:fs/promises"
var promises_ = __webpack_require__(1455);
// EXTERNAL MODULE: external "node:os"
var external_node_os_ = __webpack_require__(8161);
// EXTERNAL MODULE: external "node:path"
var external_node_path_ = __webpack_require__(6760);
// EXTERNAL MODULE: external "node:crypto"
var external_node_crypto_ = __webpack_require__(7598);
// EXTERNAL MODULE: ./build/dist/files/decode-text.js
var decode_text = __webpack_require__(5623);
// EXTERNAL MODULE: ./build/dist/files/glob.js
var files_glob = __webpack_require__(7971);
// EXTERNAL MODULE: ./build/dist/files/own-output.js
var own_output = __webpack_require__(6943);
// EXTERNAL MODULE: ./build/dist/files/relevance.js
var relevance = __webpack_require__(3910);
;// CONCATENATED MODULE: ./build/dist/changes/base-tree.js
/** `git ls-tree -r -l -z`: `mode type oid size TAB path NUL`. */
function parseTree(output) {
    const entries = [];
    for (const line of output.toString('utf8').split('\0')) {
        const match = /^(\d{6}) (\w+) ([0-9a-f]+) +(\d+|-)\t(.+)$/s.exec(line);
        if (match === null)
            continue;
        const [, mode, type, oid, size, path] = match;
        const kind = type === 'commit' ? 'submodule' : mode === '120000' ? 'symlink' : 'file';
        entries.push({ path, kind, oid, size: size === '-' ? 0 : Number(size) });
    }
    return entries;
}
/** All files of a commit; `undefined` when git cannot tell. */
async function treeOf(git, cwd, commit) {
    const { code, stdout } = await git(['ls-tree', '-r', '-l', '-z', '--full-tree', '--end-of-options', commit], { cwd });
    return code === 0 ? parseTree(stdout) : undefined;
}
/** Paths that differ between two commits, by their entries alone: no file is opened, no attribute asked. */
async function pathsBetween(git, cwd, base) {
    const args = ['diff-tree', '-r', '-z', '--name-only', '--no-renames', '--no-ext-diff', '--no-textconv', base, 'HEAD'];
    const { code, stdout } = await git(args, { cwd });
    if (code !== 0)
        return undefined;
    return new Set(stdout
        .toString('utf8')
        .split('\0')
        .filter((path) => path !== ''));
}
/** `git cat-file --batch`: `oid blob size LF bytes LF`, or `oid missing LF`. */
function parseBlobs(output) {
    const blobs = new Map();
    let at = 0;
    while (at < output.length) {
        const end = output.indexOf(0x0a, at);
        if (end === -1)
            break;
        const match = /^([0-9a-f]+) (\w+)(?: (\d+))?$/.exec(output.toString('latin1', at, end));
        at = end + 1;
        if (match?.[3] === undefined)
            continue;
        const size = Number(match[3]);
        if (match[2] === 'blob')
            blobs.set(match[1], output.subarray(at, at + size));
        at += size + 1;
    }
    return blobs;
}
/** The bytes of these blobs, as they were committed: no filter runs. What the clone does not hold is left out. */
async function blobsOf(git, cwd, oids) {
    const wanted = [...new Set(oids)];
    if (wanted.length === 0)
        return new Map();
    const { code, stdout } = await git(['cat-file', '--batch'], { cwd, input: `${wanted.join('\n')}\n` });
    return code === 0 ? parseBlobs(stdout) : undefined;
}

;// CONCATENATED MODULE: ./build/dist/changes/line-hunks.js
/** Edits beyond this are not searched for the shortest way: all lines between the first and the last difference count. */
const MAX_EDITS = 500;
/** The lines in which two texts differ. The ends of lines (LF, CRLF, none at the end of the file) are no difference. */
function lineHunks(base, head, maxEdits = MAX_EDITS) {
    if (base === head)
        return [];
    return hunksBetween(linesOf(base), linesOf(head), maxEdits);
}
/** The lines of a text without their ends; a newline at the end of the text does not begin another line. */
function linesOf(text) {
    if (text === '')
        return [];
    const lines = text.split(/\r?\n/);
    if (lines[lines.length - 1] === '')
        lines.pop();
    return lines;
}
function hunksBetween(base, head, maxEdits) {
    let top = 0;
    while (top < base.length && top < head.length && base[top] === head[top])
        top++;
    let bottom = 0;
    const most = Math.min(base.length, head.length) - top;
    while (bottom < most && base[base.length - 1 - bottom] === head[head.length - 1 - bottom])
        bottom++;
    const from = base.slice(top, base.length - bottom);
    const to = head.slice(top, head.length - bottom);
    if (from.length === 0 && to.length === 0)
        return [];
    const matches = from.length === 0 || to.length === 0 ? [] : commonLines(from, to, maxEdits);
    const hunks = [];
    let x = 0;
    let y = 0;
    for (const [mx, my] of [...(matches ?? []), [from.length, to.length]]) {
        if (mx > x || my > y)
            hunks.push({ base: run(top + x, mx - x), head: run(top + y, my - y) });
        x = mx + 1;
        y = my + 1;
    }
    return hunks;
}
function run(before, count) {
    return { start: count === 0 ? before : before + 1, count };
}
/** Myers' shortest edit script, as the pairs of equal lines; `undefined` when it would take too many edits. */
function commonLines(from, to, maxEdits) {
    const limit = Math.min(from.length + to.length, maxEdits);
    const furthest = new Map([[1, 0]]);
    const trail = [];
    for (let edits = 0; edits <= limit; edits++) {
        trail.push(new Map(furthest));
        for (let k = -edits; k <= edits; k += 2) {
            let x = stepsDown(furthest, k, edits) ? at(furthest, k + 1) : at(furthest, k - 1) + 1;
            while (x < from.length && x - k < to.length && from[x] === to[x - k])
                x++;
            furthest.set(k, x);
            if (x >= from.length && x - k >= to.length)
                return walkBack(trail, from.length, to.length);
        }
    }
    return undefined;
}
function walkBack(trail, fromLength, toLength) {
    const pairs = [];
    let x = fromLength;
    let y = toLength;
    for (let edits = trail.length - 1; edits >= 0; edits--) {
        const furthest = trail[edits];
        const k = x - y;
        const before = stepsDown(furthest, k, edits) ? k + 1 : k - 1;
        const px = edits === 0 ? 0 : at(furthest, before);
        const py = edits === 0 ? 0 : px - before;
        while (x > px && y > py) {
            x--;
            y--;
            pairs.push([x, y]);
        }
        x = px;
        y = py;
    }
    return pairs.reverse();
}
function stepsDown(furthest, k, edits) {
    return k === -edits || (k !== edits && at(furthest, k - 1) < at(furthest, k + 1));
}
function at(furthest, k) {
    return furthest.get(k) ?? -1;
}

;// CONCATENATED MODULE: ./build/dist/changes/moved-files.js

/** Of the lines of the longer file, as many must be the other's too: Git's own measure for a rename. */
const ALIKE = 0.5;
/** Pairs that are compared; beyond it only files that were not altered are found again. */
const MAX_PAIRS = 10_000;
/** Pairs files that are gone with files that are new: equal ones first, then the most alike. New path → old path. */
function movedFiles(gone, come) {
    const moved = new Map();
    const left = new Set(gone);
    const byText = new Map();
    for (const file of gone)
        byText.set(file.text, [...(byText.get(file.text) ?? []), file]);
    const take = (to, from) => {
        moved.set(to.path, from.path);
        left.delete(from);
    };
    for (const file of come) {
        const same = (byText.get(file.text) ?? []).filter((other) => left.has(other));
        const best = same.find((other) => nameOf(other) === nameOf(file)) ?? same[0];
        if (best !== undefined && file.text !== '')
            take(file, best);
    }
    const rest = come.filter((file) => !moved.has(file.path));
    if (rest.length * left.size > MAX_PAIRS)
        return moved;
    const lines = new Map([...rest, ...left].map((file) => [file, countLines(file.text)]));
    const pairs = rest.flatMap((to) => [...left].flatMap((from) => {
        const score = likeness(lines.get(to), lines.get(from));
        return score >= ALIKE ? [{ to, from, score }] : [];
    }));
    for (const { to, from } of pairs.sort((a, b) => b.score - a.score))
        if (left.has(from) && !moved.has(to.path))
            take(to, from);
    return moved;
}
function countLines(text) {
    const counts = new Map();
    const lines = linesOf(text);
    for (const line of lines)
        counts.set(line, (counts.get(line) ?? 0) + 1);
    return { counts, total: lines.length };
}
function likeness(one, other) {
    let shared = 0;
    for (const [line, count] of one.counts)
        shared += Math.min(count, other.counts.get(line) ?? 0);
    return shared / Math.max(one.total, other.total, 1);
}
function nameOf({ path }) {
    return path.slice(path.lastIndexOf('/') + 1);
}

;// CONCATENATED MODULE: ./build/dist/changes/base-files.js










const PARTIAL = 'the clone does not hold all files that the change starts from (a partial clone); clone without `--filter`';
/** As much as is read of the base, all files together. */
const MAX_TOTAL_BYTES = 200 * 1024 * 1024;
/**
 * The files of the base commit, by the same choice as the head's (paths, exclusions, what can matter), and how the head's differ.
 * What did not change is shared with the head; only the rest is asked of Git. The head is what was read from the folder, so that
 * edits that are not committed yet count, and no filter, attribute or hook of the repository has a say.
 */
async function baseFiles(git, commit, head) {
    const cwd = head.root.path;
    const top = await git(['rev-parse', '--show-toplevel'], { cwd });
    const topPath = top.stdout.toString('utf8').replace(/\r?\n$/, '');
    if (top.code !== 0 || (await (0,promises_.realpath)(topPath).catch(() => '')) !== (await (0,promises_.realpath)(cwd)))
        return { because: `\`${cwd}\` is not the top of a Git repository` };
    const [tree, between] = await Promise.all([treeOf(git, cwd, commit), pathsBetween(git, cwd, commit)]);
    if (tree === undefined || between === undefined) {
        const promisor = await git(['config', '--get-regexp', '^remote\\..*\\.promisor$', 'true'], { cwd });
        return { because: promisor.code === 0 ? PARTIAL : 'git cannot list the files that the change starts from' };
    }
    const entries = new Map(tree.filter(({ kind }) => kind === 'file').map((entry) => [entry.path, entry]));
    const read = new Map(head.files.map((file) => [file.relative, file.text]));
    for (const { relative, text } of head.others)
        if (!read.has(relative))
            read.set(relative, text);
    const isSame = (entry) => {
        const text = read.get(entry.path);
        return text === undefined
            ? head.root.files.has(entry.path) && !between.has(entry.path)
            : oidOf(text, entry.oid.length) === entry.oid;
    };
    const inScope = scopeOf(head);
    const wanted = [...entries.values()].filter((entry) => !isSame(entry) && (read.has(entry.path) || inScope(entry)) && entry.size <= relevance/* MAX_FILE_BYTES */.gZ);
    if (wanted.reduce((sum, { size }) => sum + size, 0) > MAX_TOTAL_BYTES)
        return { because: 'the change touches more than 200 MiB of files' };
    const blobs = await blobsOf(git, cwd, wanted.map(({ oid }) => oid));
    if (blobs === undefined || wanted.some(({ oid }) => !blobs.has(oid)))
        return { because: PARTIAL };
    const texts = new Map();
    for (const { path, oid } of wanted) {
        const bytes = blobs.get(oid);
        texts.set(path, (0,decode_text/* decodeText */.g)(bytes) ?? bytes.toString('utf8'));
    }
    const submoduleOf = submodules(tree, await pinned(git, cwd, tree));
    const altered = [...new Set([...between, ...read.keys()])].filter((path) => {
        const entry = entries.get(path);
        return entry === undefined ? submoduleOf(path) === undefined : !isSame(entry);
    });
    const was = new Map(altered.map((path) => [path, entries.get(path)]));
    return { ...compared(head, entries, texts, was, submoduleOf), altered: was, blobs };
}
function compared(head, entries, texts, altered, submoduleOf) {
    const { root, shown } = head;
    const own = [...head.files, ...head.others];
    const come = own.filter(({ relative }) => !entries.has(relative) && submoduleOf(relative) === undefined);
    const gone = [...texts].flatMap(([path, text]) => (root.files.has(path) ? [] : [{ path, text }]));
    const moved = movedFiles(gone, come.map(({ relative: path, text }) => ({ path, text })));
    const changes = own.flatMap(({ relative, text }) => {
        const from = moved.get(relative) ?? relative;
        const before = texts.get(from);
        const file = shown(relative);
        if (before !== undefined) {
            const hunks = lineHunks(before, text);
            if (from !== relative)
                return [{ file, movedFrom: shown(from), hunks }];
            return hunks.length === 0 ? [] : [{ file, hunks }];
        }
        // A file that was too large before, or that is new; of a submodule nothing but its commit is known.
        const isKnown = entries.has(relative) ? !isTooLarge(entries.get(relative)) : submoduleOf(relative) === 'same';
        return isKnown ? [] : [{ file, hunks: 'all' }];
    });
    const files = head.files.filter(({ relative }) => !texts.has(relative) && (entries.has(relative) || submoduleOf(relative) !== undefined));
    const seen = new Set([...root.files].filter((path) => entries.has(path) || submoduleOf(path) !== undefined));
    for (const [path, text] of texts) {
        seen.add(path);
        const form = (0,relevance/* formOf */.QU)((0,external_node_path_.basename)(path));
        if (form === undefined || !(0,relevance/* canMatter */.IP)((0,external_node_path_.basename)(path), form, text) || (0,relevance/* isSops */.OT)(form, text))
            continue;
        if (form === 'yaml' && (0,relevance/* isOnlyDefinitions */.B5)(text))
            continue;
        if ((form === 'yaml' || form === 'markdown') && (0,own_output/* ownOutput */.W)(text) !== undefined)
            continue;
        files.push({ file: shown(path), root: root.path, relative: path, text });
    }
    for (const [path, entry] of altered)
        if (entry !== undefined)
            seen.add(path);
    files.sort((a, b) => (a.file < b.file ? -1 : a.file > b.file ? 1 : 0));
    return {
        files,
        changes,
        seen: { files: seen, folders: foldersOf(seen) },
    };
}
function isTooLarge(entry) {
    return entry !== undefined && entry.size > relevance/* MAX_FILE_BYTES */.gZ;
}
/** Files that the head has not, or has not read, by the choice that the user made for the head. */
function scopeOf({ shown, exclude }) {
    const excluded = exclude.map((glob) => (0,files_glob/* globTest */.FX)(glob, 'exclude'));
    return ({ path }) => (0,relevance/* formOf */.QU)((0,external_node_path_.basename)(path)) !== undefined && !excluded.some((test) => test(shown(path)) || test(path));
}
/** Git's name for a file's content: what has the same name need not be fetched and compared. */
function oidOf(text, length) {
    const bytes = Buffer.from(text, 'utf8');
    return (0,external_node_crypto_.createHash)(length === 64 ? 'sha256' : 'sha1')
        .update(`blob ${bytes.length}\0`)
        .update(bytes)
        .digest('hex');
}
/** The commits that the head pins its submodules to. */
async function pinned(git, cwd, tree) {
    if (!tree.some(({ kind }) => kind === 'submodule'))
        return new Map();
    const head = (await treeOf(git, cwd, 'HEAD')) ?? [];
    return new Map(head.filter(({ kind }) => kind === 'submodule').map(({ path, oid }) => [path, oid]));
}
function submodules(tree, head) {
    const modules = tree.filter(({ kind }) => kind === 'submodule');
    return (path) => {
        const module = modules.find((one) => path.startsWith(`${one.path}/`));
        if (module === undefined)
            return undefined;
        return head.get(module.path) === module.oid ? 'same' : 'moved';
    };
}
function foldersOf(files) {
    const folders = new Set(['']);
    for (const file of files)
        for (let at = file.lastIndexOf('/'); at > 0; at = file.lastIndexOf('/', at - 1))
            folders.add(file.slice(0, at));
    return folders;
}

// EXTERNAL MODULE: ./build/dist/changes/changed-lines.js
var changed_lines = __webpack_require__(1177);
;// CONCATENATED MODULE: ./build/dist/changes/earlier-files.js




/**
 * Writes out what files held in the base, for kustomize to read: a path of the repository → a file in `folder`; `undefined` where
 * there was no plain file. A file gets a number for its name: what a commit calls it decides nothing here.
 *
 * @returns `undefined` when git does not give the contents, or they are too large.
 */
async function earlierFiles(git, cwd, { altered, blobs: known }, folder) {
    const entries = [...altered.values()].filter((entry) => entry?.kind === 'file');
    if (entries.reduce((sum, { size }) => sum + size, 0) > MAX_TOTAL_BYTES)
        return undefined;
    const others = await blobsOf(git, cwd, entries.flatMap(({ oid }) => (known.has(oid) ? [] : [oid])));
    if (others === undefined)
        return undefined;
    const blobs = new Map([...known, ...others]);
    if (entries.some(({ oid }) => !blobs.has(oid)))
        return undefined;
    await (0,promises_.mkdir)(folder, { recursive: true });
    const files = new Map();
    for (const [path, entry] of altered) {
        const bytes = entry?.kind === 'file' ? blobs.get(entry.oid) : undefined;
        if (bytes === undefined) {
            files.set(path, undefined);
            continue;
        }
        const file = (0,external_node_path_.join)(folder, String(files.size));
        await (0,promises_.writeFile)(file, bytes, { mode: 0o600 });
        files.set(path, file);
    }
    return files;
}

// EXTERNAL MODULE: ./build/dist/files/root.js
var files_root = __webpack_require__(5477);
// EXTERNAL MODULE: ./build/dist/files/text-file.js
var text_file = __webpack_require__(4945);
// EXTERNAL MODULE: ./build/dist/gitops/read-repository.js + 84 modules
var read_repository = __webpack_require__(7057);
// EXTERNAL MODULE: ./build/dist/model/invalid-input.js
var invalid_input = __webpack_require__(6153);
// EXTERNAL MODULE: ./build/dist/settings/config-file.js + 1 modules
var config_file = __webpack_require__(1838);
// EXTERNAL MODULE: ./build/dist/modes/gather.js + 105 modules
var gather = __webpack_require__(2619);
;// CONCATENATED MODULE: ./build/dist/modes/look-at-change.js













/**
 * The state before the change, read from Git's objects alone: nothing is checked out, fetched or asked of a server. What the head
 * was told by the server counts for the base as well.
 */
function lookAtChange(settings, { cwd, git, event, render, settingsWith }) {
    return async (head) => {
        const { roots, files } = head.repository;
        const [root] = roots;
        if (root === undefined || roots.length > 1)
            return unknown('`paths` lead to more than one repository, and a change is of one');
        const base = await findBase(git, root.path, event);
        if (!base.found)
            return unknown(base.because);
        const shown = (path) => (0,external_node_path_.relative)(cwd, (0,external_node_path_.join)(root.path, path)).replaceAll('\\', '/');
        const config = await configPath(settings, cwd, root);
        const settingsThen = await settingsBefore(git, root.path, base.commit, config, settingsWith);
        const found = await baseFiles(git, base.commit, {
            root,
            shown,
            files: files.filter((file) => file.root === root.path),
            others: config === undefined ? [] : await configText(cwd, settings.config.file, config),
            exclude: (settingsThen ?? settings).exclude,
        });
        if ('because' in found)
            return unknown(found.because);
        const temporary = await (0,promises_.mkdtemp)((0,external_node_path_.join)((0,external_node_os_.tmpdir)(), 'eso-vault-base-'));
        try {
            const judged = settingsThen ?? settings;
            const earlier = await earlierFiles(git, root.path, found, temporary);
            if (earlier === undefined)
                return unknown('the change alters more than 200 MiB of files');
            const rootThen = (0,files_root/* earlierRoot */.V)(root, { ...found.seen, earlier });
            const counts = { seen: rootThen.files.size, read: found.files.length, bytes: 0, definitions: 0 };
            const { isReported } = head.repository;
            const discovery = { files: found.files, roots: [rootThen], notes: [], counts, isReported };
            const then = await render((rendering) => (0,read_repository/* readDiscovered */.z)(discovery, { variables: judged.variables, elsewhere: gather/* inTerraform */.uL, ...rendering }));
            const before = await (0,gather/* gatherFrom */.Q4)(then, judged, {
                cwd,
                live: undefined,
                answers: head.live,
                watch: head.watch,
            });
            const names = new Set([...root.files].map(shown));
            return {
                known: true,
                since: base.name,
                before,
                settings: judged,
                lines: (0,changed_lines/* changedLines */.M)(found.changes, (file) => names.has(file)),
            };
        }
        finally {
            await (0,promises_.rm)(temporary, { recursive: true, force: true });
        }
    };
}
function unknown(because) {
    return { known: false, because };
}
/** The config file below the root, whether it is there or not; `undefined` where it lies elsewhere. */
async function configPath(settings, cwd, root) {
    const file = (0,external_node_path_.join)(await (0,promises_.realpath)(cwd), settings.config.file ?? config_file/* DEFAULT_CONFIG_FILE */.Cu);
    const path = (0,external_node_path_.relative)(await (0,promises_.realpath)(root.path), file).replaceAll('\\', '/');
    return path.startsWith('../') ? undefined : path;
}
async function configText(cwd, file, path) {
    const text = file === undefined ? undefined : await (0,text_file/* readTextIfThere */.pM)((0,external_node_path_.join)(cwd, file));
    return text === undefined ? [] : [{ relative: path, text }];
}
/** The settings by the config file of the base; `undefined` when they were the same, or that file was wrong. */
async function settingsBefore(git, cwd, commit, config, settingsWith) {
    if (config === undefined)
        return undefined;
    const { code, stdout } = await git(['cat-file', 'blob', `${commit}:${config}`], { cwd });
    try {
        return await settingsWith(async () => (code === 0 ? stdout.toString('utf8') : undefined));
    }
    catch (error) {
        // A config file that was wrong then, or that this run asks for by name and that was not there.
        if (error instanceof invalid_input/* InvalidInput */.o)
            return undefined;
        throw error;
    }
}

;// CONCATENATED MODULE: ./build/dist/modes/change-of-run.js



/** The change that this run is about, by its event, or by the default branch on a terminal. */
function changeOfRun(settings, deps, render) {
    return lookAtChange(settings, {
        cwd: deps.cwd,
        git: realGit(deps.env),
        event: changeEvent(deps.env, deps.event),
        render,
        settingsWith: deps.settingsWith ?? (async () => settings),
    });
}


/***/ })

};
