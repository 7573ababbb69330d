export const id = 540;
export const ids = [540];
export const modules = {

/***/ 2540:
/***/ ((__unused_webpack___webpack_module__, __webpack_exports__, __webpack_require__) => {


// EXPORTS
__webpack_require__.d(__webpack_exports__, {
  readLive: () => (/* binding */ readLive)
});

// EXTERNAL MODULE: ./build/dist/trim-slashes.js
var trim_slashes = __webpack_require__(1197);
// EXTERNAL MODULE: ./build/dist/state/live/answer.js
var live_answer = __webpack_require__(3250);
// EXTERNAL MODULE: ./build/dist/state/live/hidden.js
var live_hidden = __webpack_require__(9188);
// EXTERNAL MODULE: ./build/dist/state/live/paths.js
var live_paths = __webpack_require__(3954);
;// CONCATENATED MODULE: ./build/dist/state/live/auth-mounts.js




/** Auth methods that keep their settings at `auth/<mount>/config`. */
const CONFIGURED = new Set(['kubernetes', 'jwt', 'oidc']);
/**
 * Types and accessors of auth mounts: from `sys/auth`, else from `sys/internal/ui/mounts/auth/<path>`, which a right on
 * `auth/<path>/role/*` makes visible (vault.md §5.1). `sys/auth/<path>` would need sudo, and is not asked.
 */
async function readAuthMounts(asking, wanted, withConfig) {
    const paths = [...new Set(wanted.map(trim_slashes/* trimSlashes */.u))].filter(Boolean);
    const of = new Map();
    const configOf = new Map();
    if (paths.length === 0)
        return { of, all: [], configOf };
    const listed = await (0,live_hidden/* orUnknown */.uL)(() => asking.client.read('sys/auth'));
    const told = 'status' in listed && listed.status === 200 ? authMountsIn(listed.data) : [];
    // Every namespace has auth/token/: a list without anything is no list.
    const all = told.length > 0 ? told : undefined;
    await Promise.all(paths.map(async (path) => {
        const seen = all ? inList(path, all) : await (0,live_hidden/* orUnknown */.uL)(() => askForAuthMount(asking, path));
        if (!withConfig || seen.presence === 'absent')
            return of.set(path, seen);
        if (seen.presence === 'present' && !CONFIGURED.has(seen.fact.type))
            return of.set(path, seen);
        const config = await (0,live_hidden/* orUnknown */.uL)(() => readConfig(asking, path));
        configOf.set(path, config);
        const both = seen.presence === 'present' && config.presence === 'present';
        return of.set(path, both ? { presence: 'present', fact: { ...seen.fact, config: config.fact } } : seen);
    }));
    const known = [...of.values()].flatMap((mount) => (mount.presence === 'present' ? [mount.fact] : []));
    const others = (all ?? []).filter((mount) => !known.some((one) => one.path === mount.path));
    return { of, all: [...known, ...others].sort((a, b) => (a.path < b.path ? -1 : 1)), configOf };
}
function inList(path, all) {
    const fact = all.find((mount) => mount.path === path);
    return fact ? { presence: 'present', fact } : absent(path);
}
function absent(path) {
    return { presence: 'absent', because: `No auth method is mounted at auth/${path}/.` };
}
async function askForAuthMount(asking, path) {
    const url = (0,live_paths/* join */.fj)('sys/internal/ui/mounts/auth', path);
    const answer = await asking.client.read(url);
    if (answer.status === 200 && answer.data) {
        const served = (0,trim_slashes/* trimSlashes */.u)(String(answer.data.path ?? path)).replace(/^auth\//, '');
        return served === path ? { presence: 'present', fact: authMountFact(path, answer.data) } : absent(path);
    }
    const right = { path: 'sys/auth', capability: 'read', purpose: `whether auth/${path}/ is mounted` };
    if (answer.status !== 403)
        return (0,live_hidden/* unexpected */.os)('GET', url, answer);
    asking.missing(right);
    return {
        presence: 'hidden',
        because: `The auth mount auth/${path}/ is missing, or not visible to the CI token (GET ${url} answered 403). Grant the CI token read on sys/auth, or on the roles below auth/${path}/.`,
    };
}
async function readConfig(asking, path) {
    const url = (0,live_paths/* join */.fj)('auth', path, 'config');
    const answer = await asking.client.read(url);
    if (answer.status === 200 && answer.data)
        return { presence: 'present', fact: answer.data };
    if (answer.status === 403) {
        const right = { path: url, capability: 'read', purpose: `how auth/${path}/ is set up` };
        return (0,live_hidden/* denied */.wk)(asking, 'GET', url, answer, right);
    }
    if ((0,live_hidden/* isNoRoute */.D2)(answer))
        return absent(path);
    if (answer.status === 404)
        return { presence: 'absent', because: `auth/${path}/ was never configured.` };
    return (0,live_hidden/* unexpected */.os)('GET', url, answer);
}
function authMountsIn(data) {
    return Object.entries(data ?? {}).flatMap(([path, info]) => (0,live_answer/* isObject */.Gv)(info) ? [authMountFact((0,trim_slashes/* trimSlashes */.u)(path), info)] : []);
}
function authMountFact(path, info) {
    return {
        path,
        type: String(info.type ?? ''),
        ...(typeof info.accessor === 'string' ? { accessor: info.accessor } : {}),
        unknown: [],
        provenance: { from: 'vault' },
    };
}

;// CONCATENATED MODULE: ./build/dist/state/live/find.js

const FIND_LIMITS = { depth: 16, folders: 1_000, names: 10_000 };
/**
 * Names of the secrets below a folder, as ESO's `find` sees them before its filter: paths below the mount, every sub-folder
 * included (eso.md §3.4). Goes down level by level.
 */
async function listBelow(list, mount, path, limits = FIND_LIMITS) {
    const root = mount.version === 2 ? (0,live_paths/* join */.fj)(mount.path, 'metadata') : mount.path;
    const names = [];
    let level = [path];
    let folders = 0;
    let incomplete;
    for (let depth = 0; level.length > 0; depth += 1) {
        const cut = cutAt(limits, depth, folders + level.length, names.length);
        if (cut) {
            incomplete ??= `The names below ${(0,live_paths/* join */.fj)(mount.path, path)}/ were not all listed: ${cut}.`;
            break;
        }
        folders += level.length;
        const listings = await Promise.all(level.map((folder) => list((0,live_paths/* join */.fj)(root, folder))));
        const next = [];
        listings.forEach((listing, index) => {
            if ('names' in listing)
                sort(level[index] ?? '', listing.names, names, next);
            else
                incomplete ??= listing.because;
        });
        const top = listings[0];
        if (depth === 0 && top && !('names' in top))
            return top;
        level = next;
    }
    return { names: names.sort(), incomplete };
}
/** Secrets go to `names`, folders to `next`. */
function sort(folder, found, names, next) {
    for (const name of found) {
        // A name that would climb out of the folder, or hold an empty segment, leads nowhere.
        if (name === '/' || name === '' || /^\.{1,2}\/?$/.test(name))
            continue;
        if (name.endsWith('/'))
            next.push((0,live_paths/* join */.fj)(folder, name));
        else
            names.push((0,live_paths/* join */.fj)(folder, name));
    }
}
function cutAt(limits, depth, folders, names) {
    if (depth > limits.depth)
        return `they lie more than ${limits.depth} folders deep`;
    if (folders > limits.folders)
        return `there are more than ${limits.folders} folders`;
    return names > limits.names ? `there are more than ${limits.names}` : undefined;
}

;// CONCATENATED MODULE: ./build/dist/state/live/mounts.js




/**
 * Type and KV version of mounts, before anything below them is read: a non-KV path is never read (design §7).
 *
 * `sys/mounts` tells all, and only it can tell that a mount is absent. Without it, `sys/internal/ui/mounts/<path>` needs no rule,
 * but its 403 means "missing or not visible" (vault.md §4.4).
 */
async function readMounts(asking, wanted) {
    const paths = [...new Set(wanted.map(trim_slashes/* trimSlashes */.u))].filter(Boolean);
    if (paths.length === 0)
        return { of: new Map(), all: [] };
    const listed = await (0,live_hidden/* orUnknown */.uL)(() => asking.client.read('sys/mounts'));
    const told = 'status' in listed && listed.status === 200 ? mountsIn(listed.data) : [];
    // Every namespace has sys/: a list without anything is no list, and says of nothing that it is absent.
    const all = told.length > 0 ? told : undefined;
    const of = new Map();
    await Promise.all(paths.map(async (path) => {
        of.set(path, all ? mounts_inList(path, all) : await (0,live_hidden/* orUnknown */.uL)(() => askForMount(asking, path)));
    }));
    const seen = all ?? [...of.values()].flatMap((mount) => (mount.presence === 'present' ? [mount.fact] : []));
    for (const mount of seen)
        if (mount.version)
            asking.client.knowKvMount(mount.path, mount.version);
    return { of, all: [...seen].sort(byPath) };
}
function mounts_inList(path, all) {
    const exact = all.find((mount) => mount.path === path);
    if (exact)
        return { presence: 'present', fact: exact };
    const around = serving(path, all);
    return { presence: 'absent', because: around ? inside(path, around) : `Nothing is mounted at ${path}/.` };
}
async function askForMount(asking, path) {
    const url = (0,live_paths/* join */.fj)('sys/internal/ui/mounts', path);
    const answer = await asking.client.read(url);
    if (answer.status === 200 && answer.data) {
        const served = (0,trim_slashes/* trimSlashes */.u)(String(answer.data.path ?? path));
        const fact = mountFact(served, answer.data);
        if (served === path)
            return { presence: 'present', fact };
        return { presence: 'absent', because: inside(path, fact) };
    }
    return missingOrNotVisible(asking, url, path, answer);
}
function missingOrNotVisible(asking, url, path, answer) {
    if (answer.status !== 403)
        return (0,live_hidden/* unexpected */.os)('GET', url, answer);
    asking.missing(mountsRight(path));
    return {
        presence: 'hidden',
        because: `The mount ${path}/ is missing, or not visible to the CI token, which has no right below it (GET ${url} answered 403). Grant the CI token read on sys/mounts, or a right below ${path}/.`,
    };
}
function mountsRight(path) {
    return { path: 'sys/mounts', capability: 'read', purpose: `whether ${path}/ is mounted` };
}
function serving(path, all) {
    const around = all.filter((mount) => path.startsWith(`${mount.path}/`));
    return around.sort((a, b) => b.path.length - a.path.length)[0];
}
function inside(path, mount) {
    return `Nothing is mounted at ${path}/: it is a folder inside the mount ${mount.path}/ (${describeMount(mount)}).`;
}
/** `kv version 2`, `database`. */
function describeMount(mount) {
    return mount.version ? `${mount.type} version ${mount.version}` : mount.type;
}
function mountsIn(data) {
    return Object.entries(data ?? {}).flatMap(([path, info]) => (0,live_answer/* isObject */.Gv)(info) ? [mountFact((0,trim_slashes/* trimSlashes */.u)(path), info)] : []);
}
/** `options.version` missing or `options: null` is version 1 (vault.md §4.4); `generic` is the old name of KV 1. */
function mountFact(path, info) {
    const options = (0,live_answer/* isObject */.Gv)(info.options) ? info.options : {};
    const told = String(info.type ?? '');
    const kv = told === 'kv' || told === 'generic';
    const config = (0,live_answer/* isObject */.Gv)(info.config) ? { config: info.config } : {};
    return {
        path,
        type: kv ? 'kv' : told,
        ...(kv ? { version: String(options.version) === '2' ? 2 : 1 } : {}),
        description: String(info.description ?? ''),
        options: { ...options, ...config },
        unknown: [],
        provenance: { from: 'vault' },
    };
}
function byPath(a, b) {
    return a.path < b.path ? -1 : a.path > b.path ? 1 : 0;
}

;// CONCATENATED MODULE: ./build/dist/state/live/policies.js


/** The texts of policies, by lower-case name (vault.md §4.5). */
async function readPolicies(asking, names) {
    const wanted = [...new Set(names.map((name) => name.toLowerCase()))].filter(Boolean);
    const seen = await Promise.all(wanted.map(async (name) => [name, await (0,live_hidden/* orUnknown */.uL)(() => readPolicy(asking, name))]));
    return new Map(seen);
}
async function readPolicy(asking, name) {
    const path = (0,live_paths/* join */.fj)('sys/policies/acl', name);
    const answer = await asking.client.read(path);
    if (answer.status === 200 && typeof answer.data?.policy === 'string') {
        const { policy: text, expiration } = answer.data;
        // OpenBao's, and only where one was set (vault.md §4.5).
        const expires = typeof expiration === 'string' && expiration !== '' ? { expires: expiration } : {};
        return { presence: 'present', fact: { name, text, unknown: [], ...expires, provenance: { from: 'vault' } } };
    }
    if (answer.status === 404)
        return { presence: 'absent', because: `The server has no policy ${name}.` };
    if (answer.status === 403) {
        const right = { path, capability: 'read', purpose: `the policy ${name}` };
        return (0,live_hidden/* denied */.wk)(asking, 'GET', path, answer, right);
    }
    return (0,live_hidden/* unexpected */.os)('GET', path, answer);
}

// EXTERNAL MODULE: ./build/dist/state/live/roles.js
var live_roles = __webpack_require__(7311);
;// CONCATENATED MODULE: ./build/dist/state/live/folders.js


/** A `ListFolder` that asks the server. Paths carry the KV v2 `metadata` already, and have no slash at the end. */
function folderLister(asking, rights) {
    const seen = new Map();
    return (path) => {
        const known = seen.get(path) ?? (0,live_hidden/* orUnknown */.uL)(() => list(asking, rights, path));
        seen.set(path, known);
        return known;
    };
}
async function list(asking, rights, path) {
    const right = { path: `${path}/`, capability: 'list', purpose: `the names in ${path}/` };
    if (rights.may('list', `${path}/`) === false)
        return (0,live_hidden/* lacking */.gP)(asking, right);
    const answer = await asking.client.list(path);
    if (answer.status === 200 && Array.isArray(answer.data?.keys))
        return { names: new Set((0,live_answer/* strings */.P$)(answer.data.keys)) };
    // An empty folder is no folder (vault.md §4.0).
    if (answer.status === 404)
        return { names: new Set() };
    if (answer.status === 403)
        return (0,live_hidden/* denied */.wk)(asking, 'LIST', path, answer, right);
    return (0,live_hidden/* unexpected */.os)('LIST', path, answer);
}

;// CONCATENATED MODULE: ./build/dist/state/live/subkeys.js

/** Key names out of an answer of `subkeys`, whose leaves are all null. */
function toSubKeys(value) {
    return (0,live_answer/* isObject */.Gv)(value) ? names(value) : {};
}
function names(value) {
    const keys = Object.create(null);
    for (const [key, below] of Object.entries(value)) {
        // An empty object is a leaf in `subkeys` too; so is a list (vault.md §4.8).
        keys[key] = (0,live_answer/* isObject */.Gv)(below) && Object.keys(below).length > 0 ? names(below) : null;
    }
    return keys;
}

;// CONCATENATED MODULE: ./build/dist/state/live/kv1.js



const KEYS_HIDDEN = 'KV version 1 shows key names only together with the values, which this run does not read (allow-value-read would).';
/**
 * What can be said of one secret of a KV v1 mount: whether its folder lists it (vault.md §4.9). Key names come only with the
 * values, hence only with `allow-value-read`.
 */
async function readKv1(asking, mount, key, withKeys) {
    const cut = key.lastIndexOf('/');
    const listing = await asking.list((0,live_paths/* join */.fj)(mount, key.slice(0, Math.max(cut, 0))));
    if (!('names' in listing))
        return listing;
    if (!listing.names.has(key.slice(cut + 1)))
        return { presence: 'absent' };
    if (!withKeys)
        return { presence: 'present' };
    if (!asking.client.allowValueRead)
        return { presence: 'present', keysHidden: KEYS_HIDDEN };
    const answer = await (0,live_hidden/* orUnknown */.uL)(() => asking.client.read((0,live_paths/* join */.fj)(mount, key)));
    if (!('status' in answer) || answer.status !== 200) {
        return { presence: 'present', keysHidden: `The CI token may not read ${mount}/${key}, which its key names need.` };
    }
    return { presence: 'present', keys: toSubKeys(answer.data) };
}

;// CONCATENATED MODULE: ./build/dist/state/live/kv2.js




/** Reads metadata, each path at most once. */
function metadataReader(asking) {
    const seen = new Map();
    return (mount, key) => {
        const path = (0,live_paths/* join */.fj)(mount, 'metadata', key);
        const known = seen.get(path) ?? (0,live_hidden/* orUnknown */.uL)(() => asking.client.read(path));
        seen.set(path, known);
        return known;
    };
}
/**
 * What can be said of one secret of a KV v2 mount without its value (vault.md §4.8, §4.10): `subkeys` tells presence, state and key
 * names in one request; `metadata` tells presence and state; the parent folder's list only that a name is not there.
 */
async function readKv2(asking, question) {
    const { mount, key, version, withKeys } = question;
    const { rights } = asking;
    const subkeysPath = (0,live_paths/* join */.fj)(mount, 'subkeys', key);
    const metadataPath = (0,live_paths/* join */.fj)(mount, 'metadata', key);
    const keysRight = { path: subkeysPath, capability: 'read', purpose: `the key names of ${mount}/${key}` };
    const stateRight = { path: metadataPath, capability: 'read', purpose: `whether ${mount}/${key} exists` };
    let keysHidden;
    let lacksKeysRight = false;
    if (withKeys || rights.may('read', metadataPath) === false) {
        const noting = {
            ...asking,
            missing: (right) => {
                lacksKeysRight = withKeys;
                asking.missing(right);
            },
        };
        const told = await viaSubkeys(noting, subkeysPath, version, keysRight, withKeys);
        if (told.presence !== 'hidden')
            return told;
        keysHidden = told;
    }
    // Subkeys would tell the state too: where their right is noted as missing, that one grant is enough.
    const metadata = await viaMetadata(lacksKeysRight ? { ...asking, missing: () => { } } : asking, question, stateRight);
    if (metadata.presence === 'hidden' && lacksKeysRight && keysHidden)
        return keysHidden;
    if (metadata.presence !== 'present')
        return metadata;
    if (!withKeys)
        return metadata;
    const keys = await viaValue(asking, question);
    return keys ? { ...metadata, keys } : { ...metadata, keysHidden: keysHidden?.because ?? (0,live_hidden/* grant */.NG)(keysRight) };
}
/** Hidden here means "could not be told this way": the caller goes on to the metadata. */
async function viaSubkeys(asking, path, version, right, wanted) {
    // A right that nobody needs is not noted as missing.
    const noted = wanted ? asking : { ...asking, missing: () => { } };
    if (asking.rights.may('read', path) === false)
        return (0,live_hidden/* lacking */.gP)(noted, right);
    const answer = await asking.client.read(path, version === undefined ? {} : { version });
    if (answer.status === 403)
        return (0,live_hidden/* denied */.wk)(noted, 'GET', path, answer, right);
    if ((0,live_hidden/* isNoRoute */.D2)(answer)) {
        return {
            presence: 'hidden',
            because: 'This server cannot show key names without values (subkeys came with Vault 1.10).',
        };
    }
    if (answer.status !== 200 && answer.status !== 404)
        return (0,live_hidden/* unexpected */.os)('GET', path, answer);
    const told = answer.data?.metadata;
    // 404 with nothing: never written, or metadata only; both read as absent.
    if (!(0,live_answer/* isObject */.Gv)(told))
        return answer.status === 404 ? { presence: 'absent' } : (0,live_hidden/* unexpected */.os)('GET', path, answer);
    const number = Number(told.version);
    const deletionTime = kv2_text(told.deletion_time);
    const deletion = deletionTime ? { deletionTime } : {};
    // 404 with metadata: the version was deleted; the time in it has passed, or it would be 200.
    if (answer.status === 404) {
        return { presence: told.destroyed === true ? 'destroyed' : 'deleted', currentVersion: number, ...deletion };
    }
    return {
        presence: 'present',
        ...(version === undefined ? { currentVersion: number } : {}),
        keys: toSubKeys(answer.data?.subkeys),
        ...customMetadata(told),
        ...deletion,
    };
}
async function viaMetadata(asking, question, right) {
    const { mount, key, version } = question;
    const path = right.path;
    if (asking.rights.may('read', path) === false)
        return viaFolder(asking, question, (0,live_hidden/* lacking */.gP)(asking, right));
    const answer = await asking.metadata(mount, key);
    if ('presence' in answer)
        return answer;
    if (answer.status === 200 && answer.data)
        return stateOf(answer.data, version, asking.client.transport.surroundings.now());
    if (answer.status === 404)
        return { presence: 'absent' };
    if (answer.status === 403)
        return viaFolder(asking, question, (0,live_hidden/* denied */.wk)(asking, 'GET', path, answer, right));
    return (0,live_hidden/* unexpected */.os)('GET', path, answer);
}
/** A name that its folder does not list is absent. One that it lists may be deleted: that stays hidden. */
async function viaFolder(asking, question, hidden) {
    const { mount, key } = question;
    const cut = key.lastIndexOf('/');
    const folder = (0,live_paths/* join */.fj)(mount, 'metadata', key.slice(0, Math.max(cut, 0)));
    // Only where the server says that it may be listed: guessing costs a refusal for each folder.
    if (asking.rights.may('list', `${folder}/`) !== true)
        return hidden;
    const listing = await asking.list(folder);
    if (!('names' in listing))
        return hidden;
    if (!listing.names.has(key.slice(cut + 1)))
        return { presence: 'absent' };
    return {
        presence: 'hidden',
        because: `${folder}/ lists ${key.slice(cut + 1)}, but not whether it is deleted. ${hidden.because}`,
    };
}
/** With `allow-value-read` only: takes the key names of a value and forgets it. */
async function viaValue(asking, question) {
    const { mount, key, version } = question;
    const path = (0,live_paths/* join */.fj)(mount, 'data', key);
    if (!asking.client.allowValueRead || asking.rights.may('read', path) === false)
        return undefined;
    const answer = await (0,live_hidden/* orUnknown */.uL)(() => asking.client.read(path, version === undefined ? {} : { version }));
    return 'status' in answer && answer.status === 200 ? toSubKeys(answer.data?.data) : undefined;
}
/**
 * The state of a secret or of one version, out of its metadata (vault.md §4.8).
 *
 * @param now milliseconds since 1970: a `deletion_time` after it means that the version is alive until then.
 */
function stateOf(data, version, now) {
    const currentVersion = data.current_version;
    if (typeof currentVersion !== 'number') {
        return { presence: 'unknown', because: 'The metadata that the server sent names no current version.' };
    }
    const told = (0,live_answer/* isObject */.Gv)(data.versions) ? data.versions : {};
    const versions = {};
    for (const [number, one] of Object.entries(told))
        if ((0,live_answer/* isObject */.Gv)(one))
            versions[number] = versionState(one, now);
    const asked = String(version ?? currentVersion);
    const state = versions[asked];
    // `current_version` 0: metadata only, which every reader sees as absent.
    if (currentVersion === 0 || state === undefined)
        return { presence: 'absent' };
    const one = told[asked];
    const deletionTime = (0,live_answer/* isObject */.Gv)(one) ? kv2_text(one.deletion_time) : undefined;
    const deletion = deletionTime ? { deletionTime } : {};
    if (state !== 'alive')
        return { presence: state, currentVersion, ...deletion };
    return { presence: 'present', currentVersion, versions, ...customMetadata(data), ...deletion };
}
function versionState(version, now) {
    if (version.destroyed === true)
        return 'destroyed';
    const deletionTime = kv2_text(version.deletion_time);
    return deletionTime && Date.parse(deletionTime) <= now ? 'deleted' : 'alive';
}
function customMetadata(data) {
    if (!(0,live_answer/* isObject */.Gv)(data.custom_metadata))
        return {};
    const entries = Object.entries(data.custom_metadata).map(([name, value]) => [name, String(value)]);
    return { customMetadata: Object.fromEntries(entries) };
}
function kv2_text(value) {
    return typeof value === 'string' && value !== '' ? value : undefined;
}

;// CONCATENATED MODULE: ./build/dist/state/live/rights.js


/** So many paths in one question: far below any limit on a request's size. */
const AT_ONCE = 500;
/**
 * Asks for the rights on many paths at once. Saves a refused request for each path that is denied, and is the only way to learn
 * that values could be read without reading one: the paths stand in the question's body.
 *
 * For LIST write a path with a slash at its end, for everything else without (vault.md §2.5).
 */
async function askRights(asking, paths) {
    const distinct = [...new Set(paths)];
    const told = new Map();
    let refused = false;
    for (let start = 0; start < distinct.length; start += AT_ONCE) {
        const some = distinct.slice(start, start + AT_ONCE);
        const answer = await (0,live_hidden/* orUnknown */.uL)(() => asking.client.write('sys/capabilities-self', { paths: some }));
        // A token without the default policy may not ask: then each path is tried.
        refused ||= 'status' in answer && answer.status === 403;
        if (!('status' in answer) || answer.status !== 200 || !(0,live_answer/* isObject */.Gv)(answer.data))
            break;
        for (const path of some)
            if (path in answer.data)
                told.set(path, (0,live_answer/* strings */.P$)(answer.data[path]));
    }
    return {
        refused,
        may: (capability, path) => {
            const capabilities = told.get(path);
            return capabilities && (capabilities.includes(capability) || capabilities.includes('root'));
        },
    };
}

;// CONCATENATED MODULE: ./build/dist/state/live/secrets.js








/** More distinct secrets than any repository names; beyond them nothing is asked (platform.md §7, threat 15). */
const MOST_SECRETS = 10_000;
/** One key for a fact; without a version, the current one. */
function secretKey(mount, key, version) {
    return `${(0,trim_slashes/* trimSlashes */.u)(mount)}\n${key}\n${version ?? ''}`;
}
/** Presence, state and key names of secrets, one pass over the distinct ones; never a value. */
async function readSecrets(asking, mounts, wanted, finds) {
    const distinct = merge(wanted);
    const kv = (one) => kvMount(mounts, one.mount) ?? takenFor(mounts, one);
    const folders = finds.flatMap((find) => folderOf(find, kv(find)));
    const rights = await askRights(asking, [...distinct.flatMap((secret) => pathsOf(secret, kv(secret))), ...folders]);
    const list = folderLister(asking, rights);
    const kv2Asking = { ...asking, rights, list, metadata: metadataReader(asking) };
    for (const find of finds)
        noteHidden(kv2Asking, mounts, find, folderOf(find, takenFor(mounts, find))[0], 'list');
    const of = new Map();
    await Promise.all(distinct.map(async (secret, index) => {
        const { mount, key, version } = secret;
        const fact = index < MOST_SECRETS ? await readSecret(kv2Asking, mounts, secret) : tooMany();
        of.set(secretKey(mount, key, version), fact);
    }));
    return { of, readableValues: readable(distinct, kv, rights), list, rightsRefused: rights.refused };
}
/** Distinct secrets; for a version also the secret itself, since "this version never was" needs to know that it exists. */
function merge(wanted) {
    const all = new Map();
    const add = (secret) => {
        const mount = (0,trim_slashes/* trimSlashes */.u)(secret.mount);
        const id = secretKey(mount, secret.key, secret.version);
        const known = all.get(id);
        const withKeys = secret.withKeys === true || known?.withKeys === true;
        all.set(id, { ...secret, mount, withKeys, implied: secret.implied && known?.implied !== false });
    };
    for (const secret of wanted) {
        add({ ...secret, implied: false });
        if (secret.version === undefined)
            continue;
        const { version: _version, withKeys, ...whole } = secret;
        add({ ...whole, implied: withKeys === true });
    }
    return [...all.values()];
}
async function readSecret(all, mounts, secret) {
    const asking = secret.implied ? { ...all, missing: () => { } } : all;
    const { mount, key, version, withKeys = false } = secret;
    const problem = (0,live_paths/* pathProblem */.z9)(key);
    if (problem)
        return { presence: 'unknown', because: problem };
    const seen = mounts.of.get(mount);
    if (seen?.presence === 'hidden') {
        const { path, capability } = rightFor(secret);
        noteHidden(asking, mounts, secret, path, capability);
    }
    const unusable = whyNotKv(mount, seen);
    if (unusable)
        return unusable;
    if (kvMount(mounts, mount)?.version === 1)
        return (0,live_hidden/* orUnknown */.uL)(() => readKv1(asking, mount, key, withKeys));
    return (0,live_hidden/* orUnknown */.uL)(() => readKv2(asking, { mount, key, version, withKeys }));
}
/** What is said of anything below a mount that is not there, not visible or not KV; `undefined` for a KV mount. */
function whyNotKv(mount, seen) {
    if (!seen)
        return { presence: 'unknown', because: `The mount ${mount}/ was not asked for.` };
    if (seen.presence === 'absent')
        return { presence: 'absent' };
    if (seen.presence !== 'present')
        return seen;
    if (seen.fact.type === 'kv')
        return undefined;
    const because = `${mount}/ is a mount of type ${describeMount(seen.fact)}, not KV: reading it could make a credential, so it is not read.`;
    return { presence: 'unknown', because };
}
function tooMany() {
    return {
        presence: 'unknown',
        because: `More than ${MOST_SECRETS} secrets were asked for; the others were not looked at.`,
    };
}
function kvMount(mounts, path) {
    const seen = mounts.of.get((0,trim_slashes/* trimSlashes */.u)(path));
    return seen?.presence === 'present' && seen.fact.type === 'kv' ? seen.fact : undefined;
}
/** A mount that the server hides, as the store takes it to be. */
function takenFor(mounts, { mount, kv }) {
    const path = (0,trim_slashes/* trimSlashes */.u)(mount);
    if (kv === undefined || mounts.of.get(path)?.presence !== 'hidden')
        return undefined;
    return { path, type: 'kv', version: kv, options: {}, unknown: [], provenance: { from: 'vault' } };
}
/** The one right by which most is told of a secret, and the least is shown. */
function rightFor({ mount, key, withKeys, kv }) {
    const folder = key.slice(0, Math.max(key.lastIndexOf('/'), 0));
    if (kv === 1)
        return { path: `${(0,live_paths/* join */.fj)(mount, folder)}/`, capability: 'list' };
    return { path: (0,live_paths/* join */.fj)(mount, withKeys === true ? 'subkeys' : 'metadata', key), capability: 'read' };
}
/**
 * A mount is hidden from who has no right below it (vault.md §2.9), and from everybody when it is not there. Only what the server
 * says is lacking is noted: granting that shows the mount as well.
 */
function noteHidden({ rights, missing }, mounts, { mount, kv }, path, capability) {
    if (path === undefined || kv === undefined || rights.may(capability, path) !== false)
        return;
    if (mounts.of.get((0,trim_slashes/* trimSlashes */.u)(mount))?.presence !== 'hidden')
        return;
    missing({ path, capability, purpose: `what lies at ${path}` });
}
/** The paths whose rights matter for one secret; those of folders end with a slash (vault.md §2.5). */
function pathsOf(secret, mount) {
    if (!mount || (0,live_paths/* pathProblem */.z9)(secret.key))
        return [];
    const { key } = secret;
    const folder = key.slice(0, Math.max(key.lastIndexOf('/'), 0));
    if (mount.version === 1)
        return [`${(0,live_paths/* join */.fj)(mount.path, folder)}/`, (0,live_paths/* join */.fj)(mount.path, key)];
    return [
        ...['metadata', 'subkeys', 'data'].map((side) => (0,live_paths/* join */.fj)(mount.path, side, key)),
        `${(0,live_paths/* join */.fj)(mount.path, 'metadata', folder)}/`,
    ];
}
/** The folder where a `find` begins. */
function folderOf(find, mount) {
    return mount ? [`${(0,live_paths/* join */.fj)(mount.path, mount.version === 2 ? 'metadata' : '', find.path)}/`] : [];
}
function readable(secrets, kv, rights) {
    const paths = secrets.flatMap((secret) => {
        const mount = kv(secret);
        return mount ? [(0,live_paths/* join */.fj)(mount.path, mount.version === 2 ? 'data' : '', secret.key)] : [];
    });
    return [...new Set(paths)].filter((path) => rights.may('read', path) === true).sort();
}

;// CONCATENATED MODULE: ./build/dist/state/live/read-live.js







/**
 * Asks the server for everything that is wanted, in one Vault namespace: the one of `session.client`.
 *
 * What cannot be seen is told as hidden or unknown, part by part.
 *
 * @throws VaultUnavailable when nothing more can be asked (sealed, unreachable, redirected).
 */
async function readLive(session, wanted) {
    const { client, server, token } = session;
    const missing = new Map();
    const asking = {
        client,
        missing: (right) => void missing.set(`${right.path}\n${right.capability}`, right),
    };
    const finds = wanted.finds ?? [];
    const secrets = wanted.secrets ?? [];
    const roles = wanted.roles ?? [];
    const mountPaths = [...(wanted.mounts ?? []), ...secrets.map(mountOf), ...finds.map(mountOf)];
    const authPaths = [...(wanted.authMounts ?? []), ...roles.map((role) => role.authMount)];
    const [mounts, authMounts] = await Promise.all([
        readMounts(asking, mountPaths),
        readAuthMounts(asking, authPaths, wanted.authConfig === true),
    ]);
    const typeOf = (path) => authMounts.all.find((mount) => mount.path === path)?.type;
    const seenRoles = await (0,live_roles/* readRoles */.iZ)(asking, roles, typeOf);
    // Not `default`: it covers no KV path, and CI tokens may rarely read it. Who wants it asks for it by name.
    const named = facts(seenRoles.values()).flatMap((role) => role.policies ?? []);
    const [policies, seenSecrets] = await Promise.all([
        readPolicies(asking, [...(wanted.policies ?? []), ...named]),
        readSecrets(asking, mounts, secrets, finds),
    ]);
    const seenFinds = new Map();
    for (const { mount, path } of finds) {
        const fact = await readFind(mounts, seenSecrets.list, (0,trim_slashes/* trimSlashes */.u)(mount), (0,trim_slashes/* trimSlashes */.u)(path));
        seenFinds.set(findKey(mount, path), fact);
    }
    return {
        state: {
            mounts: mounts.all,
            authMounts: authMounts.all,
            roles: facts(seenRoles.values()),
            policies: facts(policies.values()),
        },
        server,
        token,
        mount: (path) => mounts.of.get((0,trim_slashes/* trimSlashes */.u)(path)),
        authMount: (path) => authMounts.of.get((0,trim_slashes/* trimSlashes */.u)(path)),
        authConfig: (path) => authMounts.configOf.get((0,trim_slashes/* trimSlashes */.u)(path)),
        role: (authMount, name) => seenRoles.get((0,live_roles/* roleKey */.QH)(authMount, name)),
        policy: (name) => policies.get(name.toLowerCase()),
        secretFact: (mount, key, version) => seenSecrets.of.get(secretKey(mount, key, version)),
        find: (mount, path) => seenFinds.get(findKey(mount, path)),
        missingRights: [...missing.values()].sort(byPathAndCapability),
        excess: { root: token.root, readableValues: token.root ? [] : seenSecrets.readableValues },
        warnings: warningsOf(session, seenSecrets.rightsRefused),
    };
}
async function readFind(mounts, list, mount, path) {
    const seen = mounts.of.get(mount);
    const unusable = whyNotKv(mount, seen);
    if (unusable?.presence === 'absent')
        return { names: [], incomplete: undefined };
    if (unusable)
        return unusable;
    return seen?.presence === 'present'
        ? listBelow(list, seen.fact, path)
        : { presence: 'unknown', because: `The mount ${mount}/ was not asked for.` };
}
/** What the token lacks without hiding a part of what was asked. */
function warningsOf({ token }, rightsRefused) {
    const warnings = [];
    if (token.numUses > 0) {
        warnings.push(`The CI token may be used ${token.numUses} times only, and every request uses one up: checks may end in 403 before all is read. Set token_num_uses to 0 for its role.`);
    }
    if (!token.lookedUp) {
        warnings.push('The CI token may not look itself up, so it is not known when it ends and whether it is root. Grant it read on auth/token/lookup-self (the default policy does).');
    }
    if (rightsRefused) {
        warnings.push('The CI token may not ask for its own rights, so it is not known whether it could read values. Grant it update on sys/capabilities-self (the default policy does).');
    }
    return warnings;
}
function facts(seen) {
    return [...seen].flatMap((one) => (one.presence === 'present' ? [one.fact] : []));
}
function mountOf(part) {
    return part.mount;
}
function findKey(mount, path) {
    return `${(0,trim_slashes/* trimSlashes */.u)(mount)}\n${(0,trim_slashes/* trimSlashes */.u)(path)}`;
}
function byPathAndCapability(a, b) {
    const [left, right] = [`${a.path}\n${a.capability}`, `${b.path}\n${b.capability}`];
    return left < right ? -1 : left > right ? 1 : 0;
}


/***/ })

};
