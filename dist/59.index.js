export const id = 59;
export const ids = [59];
export const modules = {

/***/ 1059:
/***/ ((__unused_webpack___webpack_module__, __webpack_exports__, __webpack_require__) => {


// EXPORTS
__webpack_require__.d(__webpack_exports__, {
  answerQuestion: () => (/* binding */ answerQuestion)
});

// EXTERNAL MODULE: ./build/dist/model/trim-slashes.js
var trim_slashes = __webpack_require__(8215);
// EXTERNAL MODULE: ./build/dist/model/wording.js
var wording = __webpack_require__(3751);
// EXTERNAL MODULE: ./build/dist/policy/generate.js + 1 modules
var generate = __webpack_require__(5160);
// EXTERNAL MODULE: ./build/dist/state/live/roles.js
var roles = __webpack_require__(7311);
;// CONCATENATED MODULE: ./build/dist/modes/questions/ci-purposes.js
/** Comments of the policy, in the order in which it is written. */
const PURPOSES = {
    token: 'The token itself: its rights, and its end. A token with the policy `default` has these already.',
    namespace: 'Which rights the token has in a Vault namespace below its own.',
    policy: 'Policies, to judge requests by.',
    everyPolicy: 'Policies: which ones a role has is not told in Git, so all may be read.',
    role: 'Roles that External Secrets Operator logs in with, and how their auth mounts are set up.',
    state: 'Which secrets exist, and whether they are deleted. Never a value.',
    keys: 'Which keys a secret has (and that it exists). Never a value.',
    value: 'KV version 1 shows key names only with the values: asked for by `allow-value-read`.',
    names: 'Names in folders: what `find` searches, and secrets of KV version 1, which only their folder tells.',
    mounts: 'Mounts and auth mounts below which this token has no other right.',
};

;// CONCATENATED MODULE: ./build/dist/modes/questions/ci-auth-rights.js



/** Auth methods whose settings a check reads, as ESO's stores name them and as servers do. */
const CONFIGURED = new Set(['kubernetes', 'jwt', 'oidc']);
/** Rights on roles, auth configs and policies of one Vault namespace. */
function wantsAuth(gathered, namespace, wanted) {
    const rights = [];
    const policies = new Set(wanted.policies ?? []);
    let everyPolicy = false;
    for (const role of wanted.roles ?? []) {
        const type = typeOf(gathered, namespace, role.authMount) ?? role.type;
        rights.push({ path: (0,roles/* rolePath */.ks)(role, type), capability: 'read', group: PURPOSES.role });
        const known = policiesOf(gathered, namespace, role);
        if (known === undefined)
            everyPolicy = true;
        for (const name of known ?? [])
            policies.add(name);
    }
    for (const name of policies) {
        const path = `sys/policies/acl/${name.toLowerCase()}`;
        if (!everyPolicy)
            rights.push({ path, capability: 'read', group: PURPOSES.policy });
    }
    if (everyPolicy) {
        rights.push({ path: 'sys/policies/acl', capability: 'read', below: true, group: PURPOSES.everyPolicy });
    }
    for (const mount of wanted.authMounts ?? []) {
        if (wanted.authConfig !== true || !CONFIGURED.has(typeOf(gathered, namespace, mount) ?? ''))
            continue;
        rights.push({ path: `auth/${(0,trim_slashes/* trimSlashes */.u)(mount)}/config`, capability: 'read', group: PURPOSES.role });
    }
    return { rights, notes: [] };
}
/** As the server tells it, as Git declares it, or as the stores that log in there use it. */
function typeOf({ live, declared, prediction }, namespace, authMount) {
    const path = (0,trim_slashes/* trimSlashes */.u)(authMount);
    const seen = live.get(namespace)?.authMount(path);
    const told = seen?.presence === 'present' ? seen.fact.type : undefined;
    const written = declared.state.authMounts.find((mount) => mount.path === path)?.type;
    const used = [...prediction.stores, ...prediction.generators].flatMap((store) => 'path' in store && store.auth?.mount !== undefined && (0,trim_slashes/* trimSlashes */.u)(store.auth.mount) === path
        ? [store.auth.method]
        : [])[0];
    return (told ?? written ?? used);
}
/** All policies that the role may turn out to have; `undefined`: nobody tells. */
function policiesOf({ live, declared }, namespace, role) {
    const mount = (0,trim_slashes/* trimSlashes */.u)(role.authMount);
    const seen = live.get(namespace)?.role(mount, role.name);
    const told = seen?.presence === 'present' ? seen.fact.policies : undefined;
    const written = declared.state.roles
        .filter((one) => one.authMount === mount && one.name === role.name.toLowerCase())
        .flatMap((one) => (one.policies === undefined ? [] : [one.policies]));
    if (told === undefined && written.length === 0)
        return seen?.presence === 'absent' ? [] : undefined;
    return [...(told ?? []), ...written.flat()].filter((name) => !name.includes('$'));
}

// EXTERNAL MODULE: ./build/dist/state/live/paths.js
var paths = __webpack_require__(3954);
;// CONCATENATED MODULE: ./build/dist/modes/questions/ci-secret-rights.js



/** Rights on the secrets and folders of one Vault namespace: one request each, and the one that shows least. */
function wantsSecrets(gathered, namespace, { secrets = [], finds = [], mounts = [] }, { allowValueRead }) {
    const rights = [];
    const notes = [];
    const known = new Map();
    for (const path of [...mounts, ...[...secrets, ...finds].map(({ mount }) => mount)].map(trim_slashes/* trimSlashes */.u)) {
        if (path !== '')
            known.set(path, mountOf(gathered, namespace, path));
    }
    for (const { mount, key, withKeys, version, aside } of secrets) {
        // What only helps to explain is not worth a right.
        if (aside === true)
            continue;
        const problem = (0,paths/* pathProblem */.z9)(key);
        const kv = known.get((0,trim_slashes/* trimSlashes */.u)(mount));
        if (problem !== undefined)
            notes.push(problem);
        if (problem !== undefined || kv === undefined || kv === 'other' || kv === 'absent')
            continue;
        if (kv.version === 1) {
            const folder = (0,paths/* join */.fj)(kv.path, key.slice(0, Math.max(key.lastIndexOf('/'), 0)));
            rights.push({ path: folder, capability: 'list', group: PURPOSES.names });
            if (withKeys && allowValueRead)
                rights.push({ path: (0,paths/* join */.fj)(kv.path, key), capability: 'read', group: PURPOSES.value });
            continue;
        }
        // `subkeys` tells presence and state too: who may read it needs no metadata (vault.md §4.8).
        if (withKeys)
            rights.push({ path: (0,paths/* join */.fj)(kv.path, 'subkeys', key), capability: 'read', group: PURPOSES.keys });
        const alone = !withKeys && !secrets.some((one) => one.mount === mount && one.key === key && one.withKeys);
        if (alone || (version !== undefined && !withKeys)) {
            rights.push({ path: (0,paths/* join */.fj)(kv.path, 'metadata', key), capability: 'read', group: PURPOSES.state });
        }
    }
    for (const { mount, path } of finds) {
        const kv = known.get((0,trim_slashes/* trimSlashes */.u)(mount));
        if (kv === undefined || kv === 'other' || kv === 'absent')
            continue;
        const folder = (0,paths/* join */.fj)(kv.path, kv.version === 2 ? 'metadata' : '', path);
        rights.push({ path: folder, capability: 'list', below: true, group: PURPOSES.names });
    }
    return {
        rights,
        mounts: [...known.values()].flatMap((kv) => (kv === 'absent' || kv === 'other' ? [] : [kv])),
        absentMounts: new Set([...known].flatMap(([path, kv]) => (kv === 'absent' ? [path] : []))),
        notes,
    };
}
/** As the server tells it, as Git declares it, or as its stores take it to be. Another engine is never read (design §7). */
function mountOf({ live, declared, prediction }, namespace, path) {
    const seen = live.get(namespace)?.mount(path);
    if (seen?.presence === 'absent')
        return 'absent';
    const fact = seen?.presence === 'present' ? seen.fact : declared.state.mounts.find((mount) => mount.path === path);
    if (fact !== undefined && fact.type !== 'kv')
        return 'other';
    const store = prediction.stores.find((one) => 'path' in one && one.path !== undefined && (0,trim_slashes/* trimSlashes */.u)(one.path) === path);
    const used = store !== undefined && 'version' in store && store.version === 'v1' ? 1 : 2;
    return { path, version: fact?.version ?? used };
}

;// CONCATENATED MODULE: ./build/dist/modes/questions/ci-policy.js






const OPTIONAL = 'Optional: tells a mount that does not exist from one that is hidden from this token.';
/** The smallest policy with which the live check of this repository sees everything (vault.md §5.1), and no value. */
function ciPolicy(gathered, options) {
    const notes = new Set(unknownPaths(gathered));
    const rights = [
        { path: 'auth/token/lookup-self', capability: 'read', group: PURPOSES.token },
        { path: 'sys/capabilities-self', capability: 'update', group: PURPOSES.token },
        { path: 'auth/token/revoke-self', capability: 'update', group: PURPOSES.token },
    ];
    const optional = new Map();
    const kvMounts = [];
    for (const [namespace, wanted] of gathered.wanted) {
        // The policy stands in the token's own namespace and names those below by their path (vault.md §2.8).
        const inside = (path) => (namespace === '' ? path : `${namespace}/${path}`);
        const auth = wantsAuth(gathered, namespace, wanted);
        const secrets = wantsSecrets(gathered, namespace, wanted, options);
        for (const note of [...auth.notes, ...secrets.notes])
            notes.add(note);
        const here = [...auth.rights, ...secrets.rights];
        const listings = listingRights(wanted, here, secrets.absentMounts);
        for (const right of [...here, ...listings])
            rights.push({ ...right, path: inside(right.path) });
        if (namespace !== '' && secrets.rights.length > 0) {
            rights.push({ path: inside('sys/capabilities-self'), capability: 'update', group: PURPOSES.namespace });
        }
        kvMounts.push(...secrets.mounts.map((mount) => ({ ...mount, path: inside(mount.path) })));
        for (const path of optionalPaths(wanted)) {
            if (listings.some((right) => right.path === path))
                continue;
            optional.set(inside(path), { path: inside(path), capabilities: ['read'], purpose: OPTIONAL, needed: false });
        }
    }
    const generated = (0,generate/* generatePolicy */.W)(rights, { form: options.form, mounts: kvMounts });
    for (const { path, capability } of generated.inexpressible) {
        notes.add(`No rule can name ${path} without naming other paths too; ${capability} on it is left out.`);
    }
    const order = Object.values(PURPOSES);
    const rules = generated.rules.map((rule) => {
        const purpose = order.find((one) => rule.groups.includes(one)) ?? '';
        return { path: rule.path, capabilities: [...rule.capabilities], purpose, needed: true };
    });
    // Stable: inside of a purpose the generator's order by path stays.
    rules.sort((a, b) => order.indexOf(a.purpose) - order.indexOf(b.purpose));
    return { version: 1, rules: [...rules, ...optional.values()], notes: [...notes].sort() };
}
/**
 * `sys/internal/ui/mounts` shows a mount to whoever has any right below it (vault.md §2.9). Of the others only the whole listing tells.
 */
function listingRights(wanted, rights, absent) {
    const seen = (mount) => !absent.has(mount) && rights.some(({ path }) => path.startsWith(`${mount}/`));
    const mounts = mountsOf(wanted);
    const auth = authMountsOf(wanted).map((mount) => `auth/${mount}`);
    const all = [];
    if (mounts.some((mount) => !seen(mount)))
        all.push({ path: 'sys/mounts', capability: 'read', group: PURPOSES.mounts });
    if (auth.some((mount) => !seen(mount)))
        all.push({ path: 'sys/auth', capability: 'read', group: PURPOSES.mounts });
    return all;
}
function optionalPaths(wanted) {
    return [
        ...(mountsOf(wanted).length > 0 ? ['sys/mounts'] : []),
        ...(authMountsOf(wanted).length > 0 ? ['sys/auth'] : []),
    ];
}
function mountsOf({ mounts = [], secrets = [], finds = [] }) {
    const all = [...mounts, ...[...secrets, ...finds].map(({ mount }) => mount)];
    return [...new Set(all.map(trim_slashes/* trimSlashes */.u))].filter((mount) => mount !== '');
}
function authMountsOf({ authMounts = [], roles = [] }) {
    return [...new Set([...authMounts, ...roles.map(({ authMount }) => authMount)].map(trim_slashes/* trimSlashes */.u))].filter(Boolean);
}
/** What cannot be asked about because Git does not tell the path: the policy says so instead of looking complete. */
function unknownPaths({ prediction }) {
    const unknown = prediction.references.filter(({ store, notChecked, skipped }) => store.found === 'vault' && notChecked !== undefined && skipped === undefined);
    if (unknown.length === 0)
        return [];
    const places = [...new Set(unknown.map(({ span }) => `${span.file}:${span.line}`))];
    const shown = places.slice(0, 3);
    const more = places.length > shown.length ? [`${places.length - shown.length} more`] : [];
    return [
        `The paths of ${(0,wording/* counted */.hS)(unknown.length, 'reference')} are not known, so nothing is granted for them: ${(0,wording/* listed */.KE)([...shown, ...more])}.`,
    ];
}

// EXTERNAL MODULE: ./build/dist/report/reasons/applied.js
var reasons_applied = __webpack_require__(7579);
// EXTERNAL MODULE: ./build/dist/report/reasons/failure.js
var failure = __webpack_require__(4536);
// EXTERNAL MODULE: ./build/dist/report/reasons/not-checked.js
var not_checked = __webpack_require__(1155);
// EXTERNAL MODULE: ./build/dist/chain/provenance.js
var chain_provenance = __webpack_require__(456);
;// CONCATENATED MODULE: ./build/dist/modes/questions/describe-login.js


/** Who logs in, with which role, and which policies that gives. */
function describeLogin(storeLink, identity, law) {
    const { store, role } = storeLink;
    const { auth } = store;
    const known = role?.found === 'known' ? role.fact : undefined;
    const span = known === undefined ? undefined : (0,chain_provenance/* spanOfProvenance */.R)(known.provenance);
    return {
        identity: nameIdentity(identity),
        role: auth?.role === undefined ? null : `${auth.role} of auth/${auth.mount}/`,
        rolePlace: span === undefined ? null : placeOf(span),
        problem: problemOf(storeLink),
        policies: (law?.policies ?? []).map(({ name, from, span: place, problem }) => ({
            name,
            from: from ?? null,
            place: place === undefined ? null : placeOf(place),
            problem: problem ?? null,
        })),
    };
}
function problemOf({ store, role, policies }) {
    if (role?.found === 'absent') {
        const near = role.near.map((one) => `${one.name} of auth/${one.authMount}/ ${(0,chain_provenance/* nameProvenance */.P)(one.provenance)}`);
        const by = role.by === 'vault' ? 'the server has no such role' : 'Git declares no such role';
        return near.length === 0 ? by : `${by}; near: ${near.join(', ')}`;
    }
    if (role?.found === 'conflict')
        return `${role.facts.length} places in Git declare this role differently`;
    if (policies !== undefined)
        return null;
    if (role?.found === 'unknown')
        return (0,not_checked/* reasonText */.uV)(role.because);
    if (role?.found === 'known')
        return 'where the role is declared, its policies are not told';
    return `which policies its token has is not known: give them in the config, \`stores: { ${store.name}: { policies: […] } }\``;
}
function nameIdentity(identity) {
    switch (identity?.type) {
        case undefined:
            return 'not known';
        case 'serviceAccount': {
            const audiences = identity.audiences.length === 0 ? '' : ` (audiences ${identity.audiences.join(', ')})`;
            return `ServiceAccount ${identity.namespace ?? '(namespace not known)'}/${identity.name}${audiences}`;
        }
        case 'controller':
            return "the ESO controller's own ServiceAccount";
        case 'secret': {
            const key = identity.key === undefined ? '' : `, key ${identity.key}`;
            return `what Secret ${identity.namespace ?? '(namespace not known)'}/${identity.name} holds${key}`;
        }
        case 'other':
            return identity.what;
    }
}
/** `KV version 2 at kv/`, with what the mount really is where that is known and differs. */
function nameEngine(store, mount) {
    const version = store.version === 'v1' ? 1 : 2;
    if (store.kind === 'VaultDynamicSecret' || store.kind === 'ClusterGenerator')
        return 'the path as it is written';
    if (store.path === undefined)
        return `KV version ${version}, the mount is the first part of each key`;
    const said = `KV version ${version} at ${store.path}/`;
    if (mount?.found === 'absent')
        return `${said} (nothing is mounted there)`;
    if (mount?.found !== 'known')
        return said;
    const { type, version: real } = mount.fact;
    if (type !== 'kv')
        return `${said} (it is a mount of type ${type})`;
    return real === undefined || real === version ? said : `${said} (the mount is version ${real})`;
}
/** What the server says of the secret or of the search; `null` when none was asked. */
function describeFacts({ secret, found }) {
    if (found !== undefined) {
        if ('presence' in found)
            return `${found.presence}: ${found.because}`;
        const names = `${found.names.length} ${found.names.length === 1 ? 'name' : 'names'} below it`;
        return found.incomplete === undefined ? names : `${names}; ${found.incomplete}`;
    }
    return secret === undefined ? null : describeSecret(secret);
}
function describeSecret(secret) {
    switch (secret.presence) {
        case 'present':
            return secret.currentVersion === undefined ? 'present' : `present, version ${secret.currentVersion}`;
        case 'absent':
            return 'absent';
        case 'deleted':
        case 'destroyed':
            return `${secret.presence}, version ${secret.currentVersion}`;
        default:
            return `${secret.presence}: ${secret.because}`;
    }
}
function placeOf({ file, line }) {
    return { file, line };
}

;// CONCATENATED MODULE: ./build/dist/modes/questions/link-index.js
/** Finds the link that holds a reference's outcome, also where it was folded into the link of another overlay (`Link.also`). */
function linkIndex(links) {
    const own = new Map();
    const folded = new Map();
    for (const link of links) {
        own.set(link.reference, link);
        for (const manifest of link.also) {
            const known = folded.get(manifest) ?? new Map();
            known.set(keyOf(link.reference), link);
            folded.set(manifest, known);
        }
    }
    return (reference) => own.get(reference) ?? folded.get(reference.manifest)?.get(keyOf(reference));
}
function keyOf({ field, operation, key, property, version, storeRef, generatorRef, find }) {
    return JSON.stringify([field, operation, key, property, version, storeRef?.name, generatorRef?.name, find]);
}

// EXTERNAL MODULE: external "node:path"
var external_node_path_ = __webpack_require__(6760);
// EXTERNAL MODULE: ./build/dist/eso/read-store.js + 1 modules
var read_store = __webpack_require__(6983);
// EXTERNAL MODULE: ./build/dist/model/invalid-input.js
var invalid_input = __webpack_require__(6153);
// EXTERNAL MODULE: ./build/dist/model/look-up.js
var look_up = __webpack_require__(5748);
// EXTERNAL MODULE: ./build/dist/model/nearest-name.js
var nearest_name = __webpack_require__(8953);
;// CONCATENATED MODULE: ./build/dist/modes/questions/select-subject.js






/** Short names of the CRDs, as kubectl takes them (eso.md §6). */
const SHORT_NAMES = {
    es: 'externalsecret',
    ces: 'clusterexternalsecret',
    ps: 'pushsecret',
    ss: 'secretstore',
    css: 'clustersecretstore',
};
/** At most so many names in a message. */
const MOST_NAMES = 8;
/**
 * What a subject means: `kind/namespace/name` (the namespace may be left out), `file`, or `file:line`. A line of a manifest means the
 * reference that stands there; a line of a policy or role means what it decides.
 *
 * @throws InvalidInput when nothing is meant, with the names that are near.
 */
function selectSubject(gathered, subject, cwd) {
    const { references } = gathered.prediction;
    const stores = [...gathered.prediction.stores, ...gathered.prediction.generators].filter(read_store/* isVaultStore */.QL);
    if (subject === undefined)
        return { references: new Set(references), stores, byName: false };
    const object = objectOf(subject);
    const selected = object === undefined
        ? selectPlace(gathered, stores, select_subject_placeOf(subject, cwd))
        : selectObject(references, stores, object);
    if (selected.references.size > 0 || selected.stores.length > 0)
        return selected;
    throw new invalid_input/* InvalidInput */.o(nothingMeant(subject, object !== undefined, references, stores));
}
function objectOf(subject) {
    const [kind = '', ...rest] = subject.split('/');
    const name = rest.at(-1);
    if (rest.length > 2 || name === undefined || name === '' || !isKind(kind))
        return undefined;
    // A namespace that is left out matches any: ClusterSecretStore//vault and ClusterSecretStore/vault mean one thing.
    return { kind: fullKind(kind), namespace: rest.length === 2 && rest[0] !== '' ? rest[0] : undefined, name };
}
function isKind(text) {
    return (Object.hasOwn(SHORT_NAMES, text.toLowerCase()) ||
        /^(cluster)?(externalsecret|pushsecret|secretstore|generator)$|^vaultdynamicsecret$/i.test(text));
}
function fullKind(kind) {
    return (0,look_up/* lookUp */.T)(SHORT_NAMES, kind.toLowerCase()) ?? kind.toLowerCase();
}
function selectObject(references, stores, { kind, namespace, name }) {
    const meant = (manifest) => manifest.kind.toLowerCase() === kind &&
        manifest.name === name &&
        (namespace === undefined || manifest.namespace === namespace);
    const those = stores.filter((store) => meant(store.manifest));
    return {
        // A store means all that uses it.
        references: new Set(references.filter((one) => meant(one.manifest) || usesOneOf(one, those))),
        stores: those,
        byName: true,
    };
}
function usesOneOf({ store }, stores) {
    return store.found === 'vault' && stores.includes(store.store);
}
function select_subject_placeOf(subject, cwd) {
    const match = /^(.*?):(\d+)(?::\d+)?$/.exec(subject);
    const file = match?.[1] ?? subject;
    const near = (0,external_node_path_.isAbsolute)(file) ? (0,external_node_path_.relative)(cwd, file) : file;
    return {
        file: external_node_path_.posix.normalize(near.split(external_node_path_.sep).join('/')),
        line: match?.[2] === undefined ? undefined : Number(match[2]),
    };
}
function selectPlace({ prediction, chain }, stores, { file, line }) {
    const { references } = prediction;
    const at = (span) => span !== undefined && span.file === file && (line === undefined || (span.line <= line && line <= lastLine(span)));
    const pick = (meant, those = []) => ({
        references: new Set(references.filter(meant)),
        stores: those,
        byName: false,
    });
    const some = ({ references: found, stores: those }) => found.size > 0 || those.length > 0;
    // The narrowest that holds the line: an item, then an object, then a store, then what a policy or role there decides.
    const items = pick((one) => at(one.span) ||
        at(one.propertySpan) ||
        at(one.manifest.spanOf(one.field)) ||
        at(one.manifest.spanOf(one.field, 'key')));
    if (line !== undefined && some(items))
        return items;
    const storesHere = stores.filter((store) => at(store.manifest.span));
    const objects = pick((one) => at(one.manifest.span) || usesOneOf(one, storesHere) || (line === undefined && at(one.span)), storesHere);
    if (some(objects))
        return objects;
    const decided = new Set(chain.links
        .filter(({ accesses, role }) => {
        const rules = accesses.flatMap(({ decision }) => [
            ...decision.winner,
            ...decision.beaten.map(({ rule }) => rule),
        ]);
        const declared = role?.found === 'known' && role.fact.provenance.from === 'git' ? role.fact.provenance.span : undefined;
        return rules.some((rule) => at(rule.span)) || at(declared);
    })
        .map((link) => link.reference));
    return pick((one) => decided.has(one));
}
/** The end is exclusive: a span that ends at the start of a line does not hold that line. */
function lastLine({ line, endLine, endColumn }) {
    return endColumn <= 1 && endLine > line ? endLine - 1 : endLine;
}
function nothingMeant(subject, object, references, stores) {
    const manifests = [...references.map((one) => one.manifest), ...stores.map((one) => one.manifest)];
    const all = distinct(object
        ? manifests.map(slashed)
        : [...manifests.map(({ span }) => span.file), ...references.map(({ span }) => span.file)]);
    if (all.length === 0) {
        return `Nothing is known of ${JSON.stringify(subject)}: no manifest in the files that were read makes ESO ask Vault for anything.`;
    }
    const wanted = subject.replace(/(:\d+){1,2}$/, '');
    const file = all.includes(wanted) ? linesIn(wanted, references) : undefined;
    if (file !== undefined)
        return `Nothing at ${subject} makes ESO ask Vault for anything. ${file}`;
    const near = nearOf(wanted, all, object);
    const more = all.length - near.names.length;
    const rest = more > 0 && !near.alike ? `, and ${more} more` : '';
    const lead = near.alike ? 'Near it' : object ? 'There are' : 'Files that do';
    const what = object ? 'No object that ESO would act on is called' : 'Nothing in the files that were read is at';
    return `${what} ${JSON.stringify(subject)}. ${lead}: ${(0,wording/* listed */.KE)(near.names)}${rest}.`;
}
function linesIn(file, references) {
    const lines = distinct(references.filter(({ span }) => span.file === file).map(({ span }) => String(span.line)));
    if (lines.length === 0)
        return undefined;
    return `The references in that file stand at line${lines.length === 1 ? '' : 's'} ${(0,wording/* listed */.KE)(lines)}.`;
}
/** Names alike as wholes, or alike in their last part (the name, the file); else simply those that there are. */
function nearOf(wanted, all, object) {
    const last = (text) => text.slice(text.lastIndexOf('/') + 1);
    const folded = new Map(all.map((name) => [name.toLowerCase(), name]));
    const whole = (0,nearest_name/* nearestNames */.L)(wanted.toLowerCase(), folded.keys(), MOST_NAMES).map((name) => folded.get(name) ?? name);
    const ends = (0,nearest_name/* nearestNames */.L)(last(wanted), all.map(last), MOST_NAMES);
    const sameEnd = all.filter((name) => last(name) === last(wanted) || ends.includes(last(name)));
    const alike = distinct([...whole, ...sameEnd]).slice(0, MOST_NAMES);
    if (alike.length > 0)
        return { alike: true, names: alike };
    const kind = object ? fullKind(wanted.split('/')[0] ?? '') : undefined;
    const same = kind === undefined ? [] : all.filter((name) => name.toLowerCase().startsWith(`${kind}/`));
    return { alike: false, names: (same.length > 0 ? same : all).slice(0, MOST_NAMES) };
}
function slashed({ kind, namespace, name }) {
    return namespace === undefined ? `${kind}/${name}` : `${kind}/${namespace}/${name}`;
}
function distinct(names) {
    return [...new Set(names)];
}

// EXTERNAL MODULE: ./build/dist/model/variant.js
var model_variant = __webpack_require__(2026);
// EXTERNAL MODULE: ./build/dist/report/reasons/law.js
var law = __webpack_require__(82);
;// CONCATENATED MODULE: ./build/dist/modes/questions/shown-rule.js



/**
 * A request with its verdict, or its verdicts where kinds of servers judge differently (vault.md §2.1: only LIST). Without `law`
 * (a path with unknown parts) there is the one decision.
 */
function explainRequest(access, decision, law, step) {
    const { http } = access;
    const servers = access.capability === 'list' ? (law?.explain(access)?.servers ?? []) : [];
    const differ = new Set(servers.map(({ verdict, rules }) => `${verdict} ${rules[0]?.path ?? ''}`)).size > 1;
    return {
        step,
        method: http.method,
        url: `${http.path}${http.query === undefined ? '' : `?${http.query}`}`,
        path: access.path,
        capability: access.capability,
        below: access.below === true,
        when: access.when,
        verdicts: differ ? servers.map(verdictOfServer) : [verdictOf(decision)],
    };
}
function verdictOf(decision) {
    const { verdict, because, winner, beaten } = decision;
    return {
        servers: [],
        verdict,
        because: `${(0,not_checked/* reasonText */.uV)(because)}.`,
        winner: winner.map(ruleShown),
        beaten: beaten.map(({ rule, why }) => ({ ...ruleShown(rule), why: (0,law/* lossText */.T)(why) })),
    };
}
function verdictOfServer({ variants, verdict, because, rules }) {
    const [winner, ...beaten] = rules;
    return {
        servers: variants.map((variant) => model_variant/* SERVERS */.Vp[variant]),
        verdict,
        because: `${(0,not_checked/* reasonText */.uV)(because)}.`,
        winner: (winner?.blocks ?? []).map(ruleShown),
        beaten: beaten.flatMap(({ blocks, lostBecause }) => blocks.map((block) => ({ ...ruleShown(block), why: lostBecause === undefined ? '' : (0,law/* lossText */.T)(lostBecause) }))),
    };
}
function ruleShown({ policy, path, capabilities, span, line }) {
    return {
        policy,
        path,
        capabilities: [...capabilities],
        place: span === undefined ? null : { file: span.file, line: span.line },
        line: span === undefined ? (line ?? null) : null,
    };
}

// EXTERNAL MODULE: ./build/dist/chain/login-entity.js
var login_entity = __webpack_require__(1624);
// EXTERNAL MODULE: ./build/dist/chain/lookup.js
var lookup = __webpack_require__(8753);
// EXTERNAL MODULE: ./build/dist/chain/vault-namespaces.js
var vault_namespaces = __webpack_require__(1444);
// EXTERNAL MODULE: ./build/dist/policy/decide.js
var decide = __webpack_require__(6366);
// EXTERNAL MODULE: ./build/dist/policy/authorize.js
var authorize = __webpack_require__(211);
// EXTERNAL MODULE: ./build/dist/policy/byte-string.js
var byte_string = __webpack_require__(859);
// EXTERNAL MODULE: ./build/dist/policy/describe-rule.js
var describe_rule = __webpack_require__(8798);
// EXTERNAL MODULE: ./build/dist/policy/match.js
var match = __webpack_require__(8741);
// EXTERNAL MODULE: ./build/dist/policy/nearest-rule.js
var nearest_rule = __webpack_require__(4969);
;// CONCATENATED MODULE: ./build/dist/policy/explain.js







/** Everything about one request, as data: which rules match, which wins on which server, and why the others lose. */
function explain(acl, request, variants = model_variant/* VARIANTS */.xb) {
    const path = (0,byte_string/* toBytes */.ZJ)((0,match/* requestPath */.Zq)(request.path, request.namespace));
    const servers = new Map();
    for (const judgement of (0,decide/* judge */.S4)(acl, request, variants)) {
        const { winner, lost } = (0,match/* findAll */.JW)(acl, request.operation, path, judgement.variant);
        const rules = winner
            ? [
                explained(winner.rule, winner.form, undefined),
                ...lost.map(({ rule, form, reason }) => explained(rule, form, (0,describe_rule/* lossOf */.j)(winner.rule, rule, reason))),
            ]
            : [];
        const uncertain = judgement.uncertain.map(({ rule, unknown }) => ({
            rule: explained(rule, 'path', undefined),
            unknown,
        }));
        const explanation = { verdict: judgement.verdict, because: judgement.because, rules, uncertain };
        const key = JSON.stringify(explanation);
        const same = servers.get(key);
        if (same)
            same.variants.push(judgement.variant);
        else
            servers.set(key, { variants: [judgement.variant], explanation });
    }
    const all = [...servers.values()].map((one) => ({ variants: one.variants, ...one.explanation }));
    const missed = !acl.root && all.every((one) => one.rules.length === 0);
    const nearest = missed ? (0,nearest_rule/* nearestRule */.V)(acl, path) : undefined;
    return {
        operation: request.operation,
        path: request.path,
        servers: all,
        nearest: nearest && { rule: explained(nearest.rule, 'path', undefined), hint: nearest.hint },
    };
}
function explained(rule, form, lostBecause) {
    const capabilities = rule.denies ? ['deny'] : [...(0,authorize/* sortCapabilities */.J)(rule.grants), ...rule.unknownCapabilities];
    return { path: rule.written, capabilities, blocks: rule.blocks, form, lostBecause };
}

// EXTERNAL MODULE: ./build/dist/policy/law.js + 1 modules
var policy_law = __webpack_require__(6252);
;// CONCATENATED MODULE: ./build/dist/modes/questions/store-law.js









/** `undefined`: it is not known which policies the token has. */
function storeLaw(storeLink, gathered) {
    const { store, policies, links } = storeLink;
    if (policies === undefined)
        return undefined;
    const { chain, live, judging } = gathered;
    const login = store.authNamespace ?? store.vaultNamespace;
    const knowledge = {
        declared: chain.declared,
        live: live.get((0,trim_slashes/* trimSlashes */.u)(login ?? '')),
        vaultNamespace: (0,vault_namespaces/* vaultNamespaceOf */.x)(store, login),
    };
    const namespaces = (0,vault_namespaces/* tokenNamespaces */.c)(store);
    const facts = [];
    const listed = [];
    for (const name of policies.names) {
        const policy = (0,lookup/* lookUpPolicy */.ft)(name, store.manifest.span, knowledge);
        if (policy.found === 'known') {
            const { provenance } = policy.fact;
            facts.push(policy.fact);
            listed.push({
                name,
                from: provenance.from === 'vault' ? 'vault' : 'git',
                span: (0,chain_provenance/* spanOfProvenance */.R)(provenance),
                problem: undefined,
            });
        }
        else
            listed.push({ name, from: undefined, span: undefined, problem: store_law_problemOf(policy) });
    }
    const known = listed.every((policy) => policy.from !== undefined);
    if (policies.withDefault)
        listed.push({ name: 'default', from: 'built in', span: undefined, problem: undefined });
    const root = policies.names.includes('root');
    const { acl } = (0,policy_law/* buildLaw */.$)({ policies: facts, server: judging }).forHolder({
        policies: root ? ['root'] : facts.map((fact) => fact.name),
        noDefaultPolicy: !policies.withDefault,
        entity: (0,login_entity/* loginEntity */.j)(links[0]?.reference.identity, storeLink, chain.declared),
        namespace: namespaces?.policies ?? '',
    });
    const requestOf = ({ path, capability }) => ({
        operation: capability,
        namespace: namespaces?.request ?? '',
        path: capability === 'list' && !path.endsWith('/') ? `${path}/` : path,
    });
    return {
        policies: listed,
        decide: (access) => {
            const decision = (0,decide/* decide */.LD)(acl, requestOf(access), judging.variants);
            // A policy whose text nobody holds may grant what the known ones do not.
            return decision.verdict === 'denied' && !known ? { ...decision, verdict: 'unknown' } : decision;
        },
        explain: (access) => (known ? explain(acl, requestOf(access), judging.variants) : undefined),
    };
}
function store_law_problemOf(policy) {
    switch (policy.found) {
        case 'absent':
            return policy.by === 'vault' ? 'the server has no such policy: it grants nothing' : 'Git holds no such policy';
        case 'conflict':
            return `${policy.facts.length} places in Git declare it differently`;
        case 'unknown':
            return (0,not_checked/* reasonText */.uV)(policy.because);
    }
}

;// CONCATENATED MODULE: ./build/dist/modes/questions/explain.js









/**
 * Every request that ESO will make for the subject, in order, with the rule that grants or denies it and the rules that lose
 * (design §4). Without a subject: for everything.
 *
 * @throws InvalidInput when the subject matches nothing, with the names that are near.
 */
function explain_explain(gathered, subject, about) {
    const { prediction } = gathered;
    const selected = selectSubject(gathered, subject, about.cwd);
    const laws = new Map();
    const context = {
        gathered,
        linkOf: linkIndex(gathered.chain.links),
        storeLinkOf: (store) => gathered.chain.storeLinks.find((one) => one.store === store),
        lawOf: (storeLink) => {
            if (!laws.has(storeLink.store))
                laws.set(storeLink.store, storeLaw(storeLink, gathered));
            return laws.get(storeLink.store);
        },
    };
    const sessionOf = new Map(prediction.sessions.flatMap((one) => one.references.map((ref) => [ref, one])));
    const groups = new Map();
    for (const reference of prediction.references) {
        if (!selected.references.has(reference))
            continue;
        // What one line of a base makes in twenty overlays is told once, unless one of them was asked for by name.
        if (!selected.byName && context.linkOf(reference)?.reference !== reference)
            continue;
        const group = sessionOf.get(reference) ?? reference;
        const known = groups.get(group);
        if (known === undefined)
            groups.set(group, [reference]);
        else
            known.push(reference);
    }
    return {
        version: 1,
        live: about.live,
        incomplete: about.incomplete,
        stores: selected.stores.map((store) => explainStore(store, context)),
        sessions: [...groups].map(([group, references]) => explainSession('references' in group ? group : undefined, references, context)),
    };
}
function explainStore(store, context) {
    const validation = context.gathered.prediction.validations.find((one) => one.store === store);
    const storeLink = context.storeLinkOf(store);
    const law = storeLink === undefined ? undefined : context.lawOf(storeLink);
    const { span } = store.manifest;
    const referent = validation !== undefined && !validation.validated;
    const step = counter();
    return {
        ...placeOf(span),
        store: (0,wording/* nameManifest */.dF)(store.manifest),
        applied: appliedOf(store.manifest),
        login: storeLink === undefined || validation === undefined || referent
            ? null
            : describeLogin(storeLink, validation.identity, law),
        problem: referent
            ? 'Ready without a single request, because who logs in depends on who uses it: that it is Ready proves nothing'
            : failureOf(validation),
        requests: validation === undefined
            ? []
            : [...login(validation, step), ...explain_frame(validation.accesses, law, storeLink, store, step)],
    };
}
function explainSession(session, references, context) {
    const [first] = references;
    const storeLink = session === undefined ? undefined : context.storeLinkOf(session.store);
    const law = storeLink === undefined ? undefined : context.lawOf(storeLink);
    const step = counter();
    const failed = session?.failsWith !== undefined;
    const used = session === undefined ? undefined : { session, storeLink };
    const opening = session === undefined ? [] : login(session, step);
    const explained = references.map((reference) => explainReference(reference, context, law, step, failed));
    return {
        manifest: (0,wording/* nameManifest */.dF)(first.manifest),
        ...placeOf(first.manifest.span),
        also: alsoOf(references, context),
        applied: appliedOf(first.manifest),
        store: used === undefined ? null : storeUsed(used.session.store, first, storeLink?.mount),
        problem: session === undefined ? whyNoStore(first) : failureOf(session),
        login: storeLink === undefined || session === undefined ? null : describeLogin(storeLink, session.identity, law),
        opening,
        references: explained,
        closing: session === undefined || failed ? [] : explain_frame(session.accesses, law, storeLink, session.store, step),
    };
}
function appliedOf({ origin: { applied, appliedBy } }) {
    const { verdict, reason, cluster } = applied;
    return {
        verdict,
        roots: appliedBy.map(reasons_applied/* rootChain */.AK),
        cluster: cluster?.name ?? null,
        because: reason === undefined ? null : (0,reasons_applied/* whyNotApplied */.dB)(reason),
    };
}
function explainReference(reference, context, law, step, failed) {
    const link = context.linkOf(reference);
    // A path with unknown parts is judged as a pattern, which the link's decision holds already.
    const whole = reference.holes.length === 0 && (link?.store?.holes.length ?? 0) === 0;
    const accesses = failed || reference.skipped !== undefined ? [] : (link?.accesses ?? []);
    return {
        ...placeOf(reference.span),
        field: (0,wording/* nameField */.yD)(reference.field),
        operation: reference.operation,
        key: reference.find === undefined ? reference.key : describeFind(reference),
        property: reference.property ?? null,
        secretVersion: reference.version ?? null,
        problems: problemsOf(reference),
        requests: accesses.map(({ access, decision }) => explainRequest(access, decision, whole ? law : undefined, step())),
        live: link === undefined ? null : describeFacts(link),
    };
}
function problemsOf(reference) {
    const { condition, failsWith, notChecked, proposed, skipped, store } = reference;
    return [
        ...(skipped === undefined ? [] : [`ESO leaves the whole object alone: ${(0,not_checked/* reasonText */.uV)(skipped)}`]),
        ...(condition.verdict === 'allowed' ? [] : [`The store's conditions: ${conditionText(condition)}`]),
        ...(failsWith === undefined ? [] : [`ESO fails here, with: ${(0,failure/* failureText */.k)(failsWith)}`]),
        ...(notChecked === undefined ? [] : [`Not checked: ${(0,not_checked/* reasonText */.uV)(notChecked)}`]),
        ...(store.found === 'vault' && store.unsure !== undefined
            ? [`Who logs in is not known: ${(0,not_checked/* reasonText */.uV)(store.unsure)}`]
            : []),
        ...(proposed ? ['It stands where ESO does not read it; this is what it would do where it belongs'] : []),
    ];
}
function describeFind({ find, key }) {
    const parts = [
        ...(find?.regexp === undefined ? [] : [`names that match ${find.regexp === '' ? 'anything' : find.regexp}`]),
        ...Object.entries(find?.tags ?? {}).map(([name, value]) => `tag ${name}=${value}`),
    ];
    const below = find?.path === undefined ? 'the whole mount' : `${find.path}/`;
    return parts.length === 0 ? (key === '' ? below : key) : `${below}: ${parts.join(', ')}`;
}
function whyNoStore({ store, storeRef, generatorRef }) {
    const named = storeRef ?? generatorRef;
    const name = named === undefined ? 'the store' : `${named.kind} ${named.name}`;
    switch (store.found) {
        case 'vault':
            return 'It stands where ESO does not read it: no session makes these requests';
        case 'foreign':
            return `${name} is of another provider${store.store.provider === undefined ? '' : ` (${store.store.provider})`}: nothing of it is asked of Vault`;
        case 'duplicate':
            return `${store.stores.length} places in Git declare ${name} differently`;
        case 'absent':
            return `${name} stands nowhere in the files that were read`;
        case 'unknown':
            return (0,not_checked/* reasonText */.uV)(store.because);
    }
}
function storeUsed(store, reference, mount) {
    const { span } = store.manifest;
    return {
        name: (0,wording/* nameManifest */.dF)(store.manifest),
        ...placeOf(span),
        chosen: reference.store.found === 'vault' ? (reference.store.chosen ?? null) : null,
        engine: nameEngine(store, mount),
        vaultNamespace: store.vaultNamespace ?? null,
    };
}
/** Vault asks no policy about a login (eso.md §3.0). */
function login({ login: made }, step) {
    if (made === undefined)
        return [];
    const { http, vaultNamespace } = made;
    const when = vaultNamespace === undefined ? 'at the start' : `at the start, in Vault namespace ${vaultNamespace}`;
    return [
        {
            step: step(),
            method: http.method,
            url: http.path,
            path: null,
            capability: null,
            below: false,
            when,
            verdicts: [],
        },
    ];
}
function explain_frame(accesses, law, storeLink, store, step) {
    const because = whyUnknown(storeLink, store);
    return accesses.map((access) => {
        const decision = law?.decide(access) ?? {
            verdict: 'unknown',
            winner: [],
            beaten: [],
            because,
            perVariant: {},
        };
        const request = explainRequest(access, decision, law, step());
        return law === undefined ? { ...request, verdicts: [verdictOf(decision)] } : request;
    });
}
function whyUnknown(storeLink, store) {
    const { role } = storeLink ?? {};
    return role?.found === 'unknown' ? role.because : { code: 'token-policies-unknown', store: store.name };
}
function failureOf(from) {
    return from?.failsWith === undefined ? null : (0,failure/* failureText */.k)(from.failsWith);
}
function conditionText(condition) {
    return condition.verdict === 'denied' ? condition.says : (0,not_checked/* reasonText */.uV)(condition.because);
}
function alsoOf(references, context) {
    const others = new Set();
    for (const reference of references) {
        const link = context.linkOf(reference);
        for (const manifest of [...(link?.also ?? []), ...(link === undefined ? [] : [link.reference.manifest])]) {
            if (manifest !== reference.manifest)
                others.add(manifest);
        }
    }
    return [...others].map(wording/* nameManifest */.dF);
}
function counter() {
    let count = 0;
    return () => {
        count += 1;
        return count;
    };
}

// EXTERNAL MODULE: ./build/dist/rules/worst-first.js
var worst_first = __webpack_require__(7025);
;// CONCATENATED MODULE: ./build/dist/modes/questions/references.js






/** Who uses which path of Vault, readers apart from writers. */
function references({ chain }) {
    const paths = new Map();
    const notChecked = [];
    for (const link of chain.links) {
        const { reference, store } = link;
        // Of another provider: none of Vault's affair. One that stands where ESO does not read it uses nothing.
        if (reference.store.found === 'foreign' || reference.proposed)
            continue;
        const used = store === undefined ? undefined : usedPath(link, store);
        if (used === undefined) {
            notChecked.push({ ...userOf(link), because: whyNotChecked(link) });
            continue;
        }
        const id = JSON.stringify([used.vaultNamespace, used.path, used.below]);
        const entry = paths.get(id) ?? { ...used, readers: [], writers: [], live: null };
        paths.set(id, entry);
        entry.live ??= describeFacts(link);
        if (writes(link))
            entry.writers.push(userOf(link));
        else
            entry.readers.push(userOf(link));
    }
    return {
        version: 1,
        paths: [...paths.values()]
            .map((path) => ({ ...path, readers: path.readers.sort(byPlace), writers: path.writers.sort(byPlace) }))
            .sort((a, b) => (0,worst_first/* compare */.U)(a.vaultNamespace ?? '', b.vaultNamespace ?? '') || (0,worst_first/* compare */.U)(a.path, b.path)),
        notChecked: notChecked.sort(byPlace),
    };
}
function writes({ reference }) {
    if (reference.operation === 'push')
        return true;
    return reference.operation === 'generator' && reference.accesses.some(({ capability }) => capability !== 'read');
}
function usedPath({ reference }, store) {
    const vaultNamespace = store.vaultNamespace === undefined ? null : (0,trim_slashes/* trimSlashes */.u)(store.vaultNamespace);
    const { accesses } = reference;
    if (reference.operation === 'find') {
        const first = accesses[0];
        if (first === undefined)
            return undefined;
        return { path: withoutSide(first, store), below: true, vaultNamespace };
    }
    // A push is known by its data, `metadataPolicy: Fetch` has only metadata.
    const access = accesses.find(({ side }) => side === 'data' || side === 'engine') ?? accesses[0];
    return access === undefined ? undefined : { path: withoutSide(access, store), below: false, vaultNamespace };
}
/** `kv/data/app` → `kv/app`, as people name secrets; an engine's path stays. */
function withoutSide({ path, side }, store) {
    const clean = path.replace(/\/$/, '');
    if (side === 'engine' || store.version === 'v1')
        return clean;
    const mount = store.path === undefined ? undefined : (0,trim_slashes/* trimSlashes */.u)(store.path);
    const from = mount === undefined ? clean.indexOf(`/${side}`) : clean.startsWith(`${mount}/`) ? mount.length : -1;
    if (from < 0)
        return clean;
    const rest = clean.slice(from + 1);
    if (rest === side)
        return clean.slice(0, from);
    return rest.startsWith(`${side}/`) ? `${clean.slice(0, from)}/${rest.slice(side.length + 1)}` : clean;
}
function whyNotChecked({ reference }) {
    const { store, notChecked, failsWith, storeRef, generatorRef } = reference;
    if (failsWith !== undefined)
        return `ESO fails before it asks: ${(0,failure/* failureText */.k)(failsWith)}`;
    if (notChecked !== undefined)
        return (0,not_checked/* reasonText */.uV)(notChecked);
    const named = storeRef ?? generatorRef;
    if (store.found === 'unknown')
        return (0,not_checked/* reasonText */.uV)(store.because);
    const name = named === undefined ? 'its store' : `${named.kind} ${named.name}`;
    return store.found === 'duplicate'
        ? `${store.stores.length} places in Git declare ${name} differently`
        : `${name} stands nowhere in the files that were read`;
}
function userOf({ reference, also }) {
    const { span, manifest, field, operation, property, storeRef, generatorRef } = reference;
    const store = storeRef ?? generatorRef;
    return {
        file: span.file,
        line: span.line,
        manifest: (0,wording/* nameManifest */.dF)(manifest),
        also: also.map(wording/* nameManifest */.dF),
        field: (0,wording/* nameField */.yD)(field),
        operation,
        property: property === undefined || property === '' ? null : property,
        store: store === undefined ? null : `${store.kind} ${store.name}`,
    };
}
function byPlace(a, b) {
    return (0,worst_first/* compare */.U)(a.file, b.file) || a.line - b.line || (0,worst_first/* compare */.U)(a.field, b.field);
}

;// CONCATENATED MODULE: ./build/dist/modes/questions/answer-question.js



/**
 * Answers `explain`, `references` or `ci-policy` from what was gathered.
 *
 * @throws InvalidInput when the subject of `explain` matches nothing.
 */
function answerQuestion(question, settings, gathered, about) {
    switch (question) {
        case 'explain':
            return { to: question, document: explain_explain(gathered, settings.subject, about) };
        case 'references':
            return { to: question, document: references(gathered) };
        case 'ci-policy': {
            const { allowValueRead, config } = settings;
            const form = config.setup.policy.generate === 'folder' ? 'folder' : 'exact';
            return { to: question, document: ciPolicy(gathered, { form, allowValueRead }) };
        }
    }
}


/***/ })

};
