export const id = 898;
export const ids = [898];
export const modules = {

/***/ 5898:
/***/ ((__unused_webpack___webpack_module__, __webpack_exports__, __webpack_require__) => {


// EXPORTS
__webpack_require__.d(__webpack_exports__, {
  LiveSettingsError: () => (/* reexport */ live_errors/* LiveSettingsError */.Ws),
  VaultUnavailable: () => (/* reexport */ live_errors/* VaultUnavailable */.lb),
  connect: () => (/* reexport */ connect),
  readLive: () => (/* reexport */ readLive),
  revokeSavedToken: () => (/* reexport */ revokeSavedToken),
  unreadable: () => (/* reexport */ unreadable)
});

// EXTERNAL MODULE: ./build/dist/state/live/errors.js
var live_errors = __webpack_require__(6851);
;// CONCATENATED MODULE: ./build/dist/state/live/address.js

/**
 * The one address that requests go to, without a slash at the end.
 *
 * @throws LiveSettingsError saying what is wrong, without the credentials that a URL may hold.
 */
function parseAddress(setting) {
    const text = setting.trim();
    let url;
    try {
        url = new URL(text);
    }
    catch {
        throw new live_errors/* LiveSettingsError */.Ws('vault-addr is not a URL; write it as https://vault.example.com:8200.');
    }
    if (url.protocol !== 'http:' && url.protocol !== 'https:') {
        throw new live_errors/* LiveSettingsError */.Ws(`vault-addr begins with ${url.protocol}; only https:// and http:// can be used.`);
    }
    if (url.username || url.password) {
        throw new live_errors/* LiveSettingsError */.Ws('vault-addr holds a user name or password; give credentials by the auth inputs instead.');
    }
    if (url.search || url.hash)
        throw new live_errors/* LiveSettingsError */.Ws('vault-addr must end before any ? or #.');
    url.pathname = url.pathname.replace(/\/+$/, '');
    if (/\/v1$/.test(url.pathname))
        throw new live_errors/* LiveSettingsError */.Ws('vault-addr must not end in /v1; that part is added.');
    if (/\/ui(\/|$)/.test(url.pathname))
        throw new live_errors/* LiveSettingsError */.Ws("vault-addr is the address of Vault's web page; leave out /ui.");
    return url;
}
/** Whether a token would travel unencrypted over a network. */
function isUnencrypted(address) {
    const loopback = /^(localhost|127(\.\d+){3}|\[::1\])$/.test(address.hostname);
    return address.protocol === 'http:' && !loopback;
}

// EXTERNAL MODULE: external "node:crypto"
var external_node_crypto_ = __webpack_require__(7598);
// EXTERNAL MODULE: external "node:fs/promises"
var promises_ = __webpack_require__(1455);
;// CONCATENATED MODULE: ./build/dist/state/live/certificate.js



const CERTIFICATE = /-----BEGIN (?:TRUSTED )?CERTIFICATE-----[A-Za-z0-9+/=\s]+-----END (?:TRUSTED )?CERTIFICATE-----/g;
/**
 * The CA certificates to trust, as PEM blocks, from a setting that holds PEM text, base64 of PEM text (as vault-action's
 * `caCertificate` wants it), or the name of a PEM file (as `VAULT_CACERT` does). They replace the system's CAs, as in Vault's
 * own client.
 *
 * @throws LiveSettingsError when it is none of these, or holds no certificate.
 */
async function loadCaCertificate(setting) {
    const text = setting.trim();
    if (text.includes('-----BEGIN'))
        return certificates(text, 'ca-certificate');
    const decoded = fromBase64(text);
    if (decoded?.includes('-----BEGIN'))
        return certificates(decoded, 'ca-certificate (base64)');
    let file;
    try {
        file = await (0,promises_.readFile)(text, 'utf8');
    }
    catch (error) {
        const code = error.code ?? 'unreadable';
        const shown = text.length > 200 ? `${text.slice(0, 40)}…` : text;
        throw new live_errors/* LiveSettingsError */.Ws(`ca-certificate is neither PEM text, nor base64 of PEM text, nor a file that can be read: ${shown} (${code}).`);
    }
    return certificates(file, text);
}
function certificates(text, where) {
    const blocks = text.match(CERTIFICATE) ?? [];
    if (blocks.length === 0)
        throw new live_errors/* LiveSettingsError */.Ws(`${where} holds no PEM certificate (BEGIN CERTIFICATE … END).`);
    for (const block of blocks) {
        try {
            new external_node_crypto_.X509Certificate(block);
        }
        catch {
            throw new live_errors/* LiveSettingsError */.Ws(`${where} holds a PEM block that is not a certificate.`);
        }
    }
    return blocks;
}
function fromBase64(text) {
    const compact = text.replace(/\s+/g, '');
    return /^[A-Za-z0-9+/_-]+={0,2}$/.test(compact) ? Buffer.from(compact, 'base64').toString('utf8') : undefined;
}

// EXTERNAL MODULE: ./build/dist/state/live/client.js + 1 modules
var live_client = __webpack_require__(8614);
// EXTERNAL MODULE: ./build/dist/model/server-law.js
var server_law = __webpack_require__(6101);
// EXTERNAL MODULE: ./build/dist/state/live/answer.js
var live_answer = __webpack_require__(3250);
;// CONCATENATED MODULE: ./build/dist/state/live/product.js

/**
 * Which product answers, by what only one of them says (vault.md §4.1). A version of 2 alone is ambiguous: Vault went from 1.21
 * to 2.0. Below 2 it is Vault: OpenBao began at 2.0.
 */
function detectProduct(health, sealStatus) {
    if ((0,live_answer/* isObject */.Gv)(health) && ('enterprise' in health || 'echo_duration_ms' in health))
        return 'vault';
    if ((0,live_answer/* isObject */.Gv)(sealStatus) && 'commit_date' in sealStatus)
        return 'openbao';
    const version = parseVersion(versionOf(health) ?? versionOf(sealStatus));
    return version && version[0] < 2 ? 'vault' : undefined;
}
function versionOf(body) {
    const version = (0,live_answer/* isObject */.Gv)(body) ? body.version : undefined;
    return typeof version === 'string' && /^[0-9A-Za-z.+-]{1,64}$/.test(version) ? version : undefined;
}
function parseVersion(version) {
    const match = /^v?(\d{1,5})\.(\d{1,5})(?:\.(\d{1,5}))?/.exec(version ?? '');
    return match ? [Number(match[1]), Number(match[2]), Number(match[3] ?? 0)] : undefined;
}

;// CONCATENATED MODULE: ./build/dist/state/live/health.js




/** Any state answers with a success that says it in its body (vault.md §4.1), so that no proxy takes it for a fault. */
const ALL_CODES = 'standbyok=true&perfstandbyok=true&activecode=299&standbycode=299&sealedcode=299&uninitcode=299&drsecondarycode=299&performancestandbycode=299&haunhealthycode=299&removedcode=299';
/**
 * Asks whether there is a Vault that can be used, before anything else is asked: no token is sent. A failure to connect has its
 * own sentence, each with what to do.
 *
 * @throws VaultUnavailable
 */
async function preflight(transport, known = {}) {
    const { address } = transport;
    const base = `${address.href.replace(/\/$/, '')}/v1/sys`;
    const health = await transport.send({ method: 'GET', url: `${base}/health?${ALL_CODES}` });
    const body = health.body;
    if (!(0,live_answer/* isObject */.Gv)(body) || typeof body.initialized !== 'boolean' || typeof body.sealed !== 'boolean') {
        const sentence = `${address.host} answers sys/health with status ${health.status} and not as Vault does. Check that vault-addr is the address of Vault itself and that no proxy stands before it.`;
        throw new live_errors/* VaultUnavailable */.lb('not-vault', sentence);
    }
    if (!body.initialized) {
        throw new live_errors/* VaultUnavailable */.lb('uninitialised', `Vault at ${address.host} is not initialised. Initialise and unseal it first.`);
    }
    if (body.sealed) {
        const sentence = `Vault at ${address.host} is sealed: nothing can be read. Unseal it, then run again.`;
        throw new live_errors/* VaultUnavailable */.lb('sealed', sentence);
    }
    if ((0,live_answer/* isObject */.Gv)(body) && body.replication_dr_mode === 'secondary') {
        const sentence = `Vault at ${address.host} is a disaster-recovery secondary, which serves no reads. Write the primary's address as vault-addr.`;
        throw new live_errors/* VaultUnavailable */.lb('standby', sentence);
    }
    if (body.removed_from_cluster === true) {
        const sentence = `Vault at ${address.host} was removed from its cluster. Write the address of a node that belongs to it as vault-addr.`;
        throw new live_errors/* VaultUnavailable */.lb('standby', sentence);
    }
    const sealStatus = await transport.send({ method: 'GET', url: `${base}/seal-status` }).catch(() => undefined);
    const product = known.product ?? detectProduct(body, sealStatus?.body);
    // Bounds say less than the server itself.
    const exact = /^\d+\.\d+\.\d+$/.test(known.version ?? '') ? known.version : undefined;
    const version = exact ?? versionOf(body) ?? versionOf(sealStatus?.body) ?? known.version;
    return {
        product,
        version,
        variants: (0,server_law/* variantsOf */.IM)(product, version),
        // A standby forwards requests, or answers 307, which the transport explains when it happens.
        standby: body.standby === true || body.performance_standby === true,
        ...(typeof body.enterprise === 'boolean' ? { enterprise: body.enterprise } : {}),
    };
}

// EXTERNAL MODULE: external "node:http"
var external_node_http_ = __webpack_require__(7067);
// EXTERNAL MODULE: external "node:https"
var external_node_https_ = __webpack_require__(4708);
// EXTERNAL MODULE: ./build/dist/model/deadline.js
var model_deadline = __webpack_require__(2171);
;// CONCATENATED MODULE: ./build/dist/state/live/exchange.js



/** One request and its answer, without retries. Follows no redirect. Rejects with Node's own error, or VaultUnavailable. */
function exchange(message, limits) {
    const { method, url, headers, body } = message;
    return new Promise((resolve, reject) => {
        const send = url.protocol === 'https:' ? external_node_https_.request : external_node_http_.request;
        const request = send(url, { method, headers, agent: limits.agent });
        const fail = (error) => {
            clearTimeout(timer);
            reject(error);
        };
        const timer = setTimeout(() => {
            fail(Object.assign(new Error('timeout'), { code: 'ETIMEDOUT' }));
            request.destroy();
        }, limits.timeoutMs);
        request.on('error', fail);
        request.on('response', (response) => {
            const chunks = [];
            let bytes = 0;
            response.on('data', (chunk) => {
                bytes += chunk.length;
                if (bytes > limits.maxBytes) {
                    fail(tooLarge(url.host, limits.maxBytes));
                    request.destroy();
                    return;
                }
                chunks.push(chunk);
            });
            const finish = () => {
                clearTimeout(timer);
                const text = Buffer.concat(chunks).toString('utf8');
                resolve({ status: response.statusCode ?? 0, headers: response.headers, text });
            };
            // A TLS port refuses plain HTTP with a 400 and a reset at once; what came before the reset says why.
            response.on('error', (error) => (response.statusCode === 400 ? finish() : fail(error)));
            response.on('end', finish);
        });
        request.end(body);
    });
}
function tooLarge(host, maxBytes) {
    const size = `${Math.floor(maxBytes / 1024 / 1024)} MiB`;
    return new live_errors/* VaultUnavailable */.lb('oversize', `${host} sent an answer larger than ${size}; no answer of Vault is that large.`);
}

;// CONCATENATED MODULE: ./build/dist/state/live/id-token.js






/** As vault-action does: GitHub's token service fails now and then (platform.md §2.1). */
const TRIES = 5;
const PAUSE_MS = 3_000;
/** For all tries together; the service answers within a second, or hangs. */
const ALL_MS = 30_000;
const EACH_MS = 10_000;
const MAX_BYTES = 1024 * 1024;
/**
 * A JWT from GitHub that says which workflow this is (platform.md §1.4).
 *
 * @throws LiveSettingsError when the job may not ask for one, VaultUnavailable when GitHub gives none.
 */
async function requestIdToken(options, audience) {
    const { env, mask, transport } = options;
    const { sleep, random, now } = transport.surroundings;
    const getIdToken = options.getIdToken ?? askRunner(env);
    if (!getIdToken || !env.ACTIONS_ID_TOKEN_REQUEST_URL || !env.ACTIONS_ID_TOKEN_REQUEST_TOKEN) {
        throw new live_errors/* LiveSettingsError */.Ws('auth-method jwt needs a token from GitHub, and this job may not ask for one. Add `permissions: id-token: write` to the job (pull requests from forks and from Dependabot never get one); outside of GitHub Actions use another auth-method.');
    }
    const deadline = (0,model_deadline/* earlierOf */.OR)((0,model_deadline/* deadlineIn */._5)(ALL_MS, now), transport.deadline());
    let tries = 0;
    while (tries < TRIES && !deadline.over()) {
        tries += 1;
        try {
            const token = await getIdToken(audience, Math.min(EACH_MS, deadline.leftMs()));
            if (token) {
                mask(token);
                return token;
            }
        }
        catch {
            // The error's text can hold the request's URL and token: only that there was none is told.
        }
        const pause = PAUSE_MS * (1 + random() / 2);
        if (tries < TRIES && pause < deadline.leftMs())
            await sleep(pause);
        else
            break;
    }
    throw new live_errors/* VaultUnavailable */.lb('login', `GitHub gave no ID token in ${tries === 1 ? 'one try' : `${tries} tries`}. Run the job again; see githubstatus.com.`);
}
/**
 * The runner's own endpoint, asked as `@actions/core` asks it, but with an end: that client waits for a server that hangs as long as
 * it takes, and again for each try. `undefined` where the environment names no endpoint.
 */
function askRunner(env) {
    const { ACTIONS_ID_TOKEN_REQUEST_URL: endpoint, ACTIONS_ID_TOKEN_REQUEST_TOKEN: token } = env;
    const base = endpoint === undefined ? null : URL.parse(endpoint);
    if (base === null || !/^https?:$/.test(base.protocol) || token === undefined)
        return undefined;
    return async (audience, timeoutMs) => {
        const url = new URL(base);
        if (audience !== undefined)
            url.searchParams.append('audience', audience);
        const agent = url.protocol === 'https:' ? new external_node_https_.Agent({ proxyEnv: { ...env }, rejectUnauthorized: true }) : new external_node_http_.Agent();
        try {
            const headers = { Accept: 'application/json', Authorization: `Bearer ${token}`, 'User-Agent': 'eso-vault' };
            const { status, text } = await exchange({ method: 'GET', url, headers }, { agent, timeoutMs, maxBytes: MAX_BYTES });
            const body = status === 200 ? JSON.parse(text) : undefined;
            return (0,live_answer/* isObject */.Gv)(body) && typeof body.value === 'string' ? body.value : '';
        }
        finally {
            agent.destroy();
        }
    };
}

// EXTERNAL MODULE: ./build/dist/state/live/paths.js
var live_paths = __webpack_require__(3954);
;// CONCATENATED MODULE: ./build/dist/state/live/login.js






const POD_TOKEN = '/var/run/secrets/kubernetes.io/serviceaccount/token';
/**
 * Gets a token from the one server.
 *
 * @throws LiveSettingsError when the settings lack something, VaultUnavailable when the server refuses, with its own reason.
 */
async function logIn(options) {
    const { login, mask } = options;
    if (login.method === 'token') {
        const token = login.token.trim();
        if (!token)
            throw new live_errors/* LiveSettingsError */.Ws('vault-token is empty.');
        mask(token);
        return { token, ours: false, type: undefined, numUses: 0 };
    }
    const client = await (0,live_client/* openClient */.M)({ transport: options.transport, namespace: options.namespace });
    const { path, body, hint } = await credentials(login, options);
    const answer = await client.write(path, body);
    const token = answer.auth?.client_token;
    if (answer.status !== 200 || typeof token !== 'string' || !token)
        throw refused(client, path, answer, hint, body.role);
    mask(token);
    const type = answer.auth?.token_type;
    return {
        token,
        ours: true,
        type: type === 'service' || type === 'batch' ? type : undefined,
        numUses: Number(answer.auth?.num_uses ?? 0),
    };
}
async function credentials(login, options) {
    const { mask } = options;
    switch (login.method) {
        case 'jwt': {
            const jwt = await requestIdToken(options, login.audience);
            const path = (0,live_paths/* join */.fj)('auth', login.mount ?? 'jwt', 'login');
            // Without a role, the mount's default_role decides.
            return { path, body: login.role ? { role: login.role, jwt } : { jwt }, hint: jwtHint(login.audience) };
        }
        case 'approle': {
            const { roleId, secretId } = { roleId: login.roleId.trim(), secretId: login.secretId?.trim() };
            if (!roleId)
                throw new live_errors/* LiveSettingsError */.Ws('auth-method approle needs a role id.');
            if (secretId)
                mask(secretId);
            const body = secretId ? { role_id: roleId, secret_id: secretId } : { role_id: roleId };
            const hint = 'Check the role id, and that the secret id is neither expired nor used up.';
            return { path: (0,live_paths/* join */.fj)('auth', login.mount ?? 'approle', 'login'), body, hint };
        }
        case 'kubernetes': {
            const jwt = await podToken(login.tokenPath ?? POD_TOKEN);
            mask(jwt);
            const hint = "Check the role's bound service account names and namespaces, and that Vault can review tokens.";
            const path = (0,live_paths/* join */.fj)('auth', login.mount ?? 'kubernetes', 'login');
            return { path, body: { role: login.role, jwt }, hint };
        }
        default: {
            if (!login.username)
                throw new live_errors/* LiveSettingsError */.Ws(`auth-method ${login.method} needs a user name.`);
            mask(login.password);
            const path = (0,live_paths/* join */.fj)('auth', login.mount ?? login.method, 'login', login.username);
            return { path, body: { password: login.password }, hint: 'Check the user name and password.' };
        }
    }
}
function jwtHint(audience) {
    const shown = audience ? JSON.stringify(audience) : 'the default, the URL of the repository owner';
    return `Check that the role has role_type jwt, that its bound_audiences hold the audience of the token (${shown}), and that its bound_claims fit this workflow.`;
}
async function podToken(path) {
    try {
        const token = (await (0,promises_.readFile)(path, 'utf8')).trim();
        if (token)
            return token;
    }
    catch (error) {
        const code = error.code ?? 'unreadable';
        throw new live_errors/* LiveSettingsError */.Ws(`auth-method kubernetes reads the pod's token from ${path}, which cannot be read (${code}). Run in a pod with a service account, or name the file.`);
    }
    throw new live_errors/* LiveSettingsError */.Ws(`auth-method kubernetes reads the pod's token from ${path}, which is empty.`);
}
function refused(client, path, answer, hint, role) {
    const where = client.namespace ? ` in the Vault namespace ${client.namespace}` : '';
    const answered = (0,live_answer/* sayAnswer */.sQ)('POST', path, answer);
    if (answer.auth?.mfa_requirement) {
        return new live_errors/* VaultUnavailable */.lb('login', `${answered}: this login asks for a second factor, which a machine cannot give.`);
    }
    if (answer.status === 404 || /no handler for route|unsupported path/.test(answer.errors.join())) {
        const mount = path.split('/login')[0] ?? path;
        return new live_errors/* VaultUnavailable */.lb('login', `${answered}: no auth method that can do this login is mounted at ${mount}${where}. Check auth-mount.`);
    }
    // A mount that is not there answers 403 too: without a token, the ACL comes before the router.
    const mount = answer.status === 403 ? ' A wrong auth-mount or namespace gets the same answer: check auth-mount too.' : '';
    return new live_errors/* VaultUnavailable */.lb('login', `Vault refused the login${role === undefined ? '' : ` with role \`${role}\``}${where}: ${answered}. ${hint}${mount}`);
}
/** Policies of a token, as a list without doubles. */
function policiesOf(...lists) {
    return [...new Set(lists.flatMap(live_answer/* strings */.P$))].sort();
}

;// CONCATENATED MODULE: ./build/dist/state/live/revoke.js


/**
 * Ends the token that our login made (design §1, promise 9). A token that the user gave is theirs, unless `also` asks for it;
 * a batch token cannot be revoked and dies with its TTL.
 */
async function revokeToken(client, login, also = { usersToken: false }) {
    if (login.type === 'batch' || !(login.ours || also.usersToken))
        return { revoked: false };
    const path = 'auth/token/revoke-self';
    try {
        const answer = await client.write(path, {});
        if (answer.status === 204 || answer.status === 200)
            return { revoked: true };
        const advice = answer.status === 403 ? ' Grant update on auth/token/revoke-self (the default policy does).' : '';
        const warning = `The token was not revoked and lives until its TTL ends: ${(0,live_answer/* sayAnswer */.sQ)('POST', path, answer)}.${advice}`;
        return { revoked: false, warning };
    }
    catch (error) {
        const why = error instanceof live_errors/* VaultUnavailable */.lb ? error.message : 'the request failed.';
        return { revoked: false, warning: `The token was not revoked and lives until its TTL ends: ${why}` };
    }
}

;// CONCATENATED MODULE: ./build/dist/state/live/token.js



/**
 * What the token is. One that may not look itself up is told from a bad one by a second question that needs no policy.
 *
 * A token lives in the Vault namespace of its auth mount and may be used in those below. OpenBao looks it up there too; a server
 * whose default policy stops at the namespace does not, so the ones above are asked when the client's own says no.
 *
 * @throws VaultUnavailable when the token is wrong, expired or revoked.
 */
async function lookUpToken(client, login) {
    for (const namespace of selfAndAbove(client.namespace)) {
        const told = await lookUpIn(namespace === client.namespace ? client : client.inNamespace(namespace), login);
        if (told)
            return { ...told, namespace };
    }
    throw badToken(client, login);
}
/** `a/b` → `a/b`, `a`, and the root namespace. */
function selfAndAbove(namespace) {
    const parts = namespace.split('/').filter(Boolean);
    return [...parts.map((_, index) => parts.slice(0, parts.length - index).join('/')), ''];
}
async function lookUpIn(client, login) {
    const answer = await client.read('auth/token/lookup-self');
    if (answer.status === 200)
        return facts(answer, login);
    if (answer.status !== 403)
        throw unexpected(answer);
    // A token without the default policy gets 403 too (vault.md §4.2); this endpoint asks no policy, only for a valid token.
    const known = await client.read('sys/internal/ui/mounts');
    if (known.status !== 200)
        return undefined;
    return { lookedUp: false, type: login.type, policies: [], root: false, numUses: login.numUses, ttl: undefined };
}
function facts(answer, login) {
    const data = answer.data ?? {};
    const { num_uses: numUses = 0, ttl = 0, creation_ttl: creationTtl = 0 } = data;
    const lists = [data.policies, data.identity_policies].map(live_answer/* listed */.KE);
    const numbers = [numUses, ttl, creationTtl].every((one) => typeof one === 'number');
    if (!Array.isArray(data.policies) || lists.includes(undefined) || !numbers)
        throw unexpected(answer);
    const policies = policiesOf(...lists);
    const expires = typeof data.expire_time === 'string' || Number(creationTtl) > 0;
    return {
        lookedUp: true,
        type: data.type === 'batch' || data.type === 'service' ? data.type : login.type,
        policies,
        root: policies.includes('root'),
        numUses: Number(numUses),
        ttl: expires ? Number(ttl) : undefined,
    };
}
function badToken(client, login) {
    const host = client.transport.address.host;
    const where = client.namespace ? ` in the Vault namespace ${client.namespace}` : '';
    const advice = login.ours
        ? 'It came from the login just made: check its TTL, its use limit and its bound CIDRs.'
        : 'Check vault-token: it may have expired, been revoked, be bound to other addresses, or belong to another server or namespace.';
    return new live_errors/* VaultUnavailable */.lb('token', `Vault at ${host} does not accept the token${where} (403). ${advice}`);
}
function unexpected(answer) {
    return new live_errors/* VaultUnavailable */.lb('token', `The token cannot be looked up: ${(0,live_answer/* sayAnswer */.sQ)('GET', 'auth/token/lookup-self', answer)}${answer.status === 200 ? ' with content that Vault does not send' : ''}.`);
}

// EXTERNAL MODULE: ./build/dist/model/pool.js
var pool = __webpack_require__(4369);
;// CONCATENATED MODULE: ./build/dist/state/live/retry.js
const FINAL = { retry: false };
/** How long a KV mount may take to become version 2 (vault.md §4.8), in tries of about a second. */
const UPGRADE_TRIES = 30;
/**
 * What an answer is worth (vault.md §4.0): 412 (an Enterprise replica that lags behind), 429 and 5xx pass; 501 and a sealed
 * server do not. `all`: everyone should wait, not only this request.
 */
function judgeAnswer(answer, tries, options) {
    if (isUpgrading(answer)) {
        return tries <= UPGRADE_TRIES ? { retry: true, afterMs: jitter(1_000, options), all: false } : FINAL;
    }
    if (tries > options.retries || !mayPass(answer))
        return FINAL;
    const told = retryAfter(answer, options.now());
    if (told !== undefined)
        return { retry: true, afterMs: told, all: answer.status === 429 };
    return { retry: true, afterMs: backoff(tries, options), all: answer.status === 429 };
}
/** The same for a connection that failed in a way that a moment later may be better. */
function judgeFailure(tries, options) {
    return tries > options.retries ? FINAL : { retry: true, afterMs: backoff(tries, options), all: false };
}
/** 0.5 s, 1 s, 2 s… each up to a half longer, so that parallel jobs do not come back at once. */
function backoff(tries, options) {
    return jitter(500 * 2 ** (tries - 1), options);
}
function jitter(ms, options) {
    return Math.round(ms * (1 + options.random() / 2));
}
function mayPass(answer) {
    if (answer.status === 412 || answer.status === 429)
        return true;
    return answer.status >= 500 && answer.status !== 501 && !isSealed(answer);
}
/** 503 of a sealed server or namespace, told from a 503 of a load balancer or an election (vault.md §4.0). */
function isSealed(answer) {
    return answer.status === 503 && /is sealed|has been locked by an administrator/.test(answer.text);
}
function isUpgrading(answer) {
    return answer.status === 400 && /to upgrade from non-versioned|Upgrading from non-versioned/.test(answer.text);
}
/** Milliseconds that `Retry-After` asks for, in either of its forms; whether there is so much time, the transport knows. */
function retryAfter(answer, now) {
    const header = answer.headers['retry-after'];
    if (!header)
        return undefined;
    if (/^\d+$/.test(header))
        return Math.min(Number(header), 1e9) * 1_000;
    const date = Date.parse(header);
    return Number.isNaN(date) ? undefined : Math.max(0, date - now);
}

;// CONCATENATED MODULE: ./build/dist/state/live/unreachable.js

const UNKNOWN_CA = {
    kind: 'tls',
    retry: false,
    sentence: (host) => `The certificate of ${host} is signed by a CA that this machine does not know. Give the CA's certificate in ca-certificate (or VAULT_CACERT).`,
};
const DNS = {
    kind: 'dns',
    retry: false,
    sentence: (host) => `The name ${host} cannot be resolved. Check vault-addr; a Vault that is only known inside your network needs a self-hosted runner there.`,
};
const UNREACHABLE = {
    kind: 'unreachable',
    retry: true,
    sentence: (host) => `There is no network route to ${host}. A Vault that is not public needs a self-hosted runner inside its network.`,
};
const RESET = {
    kind: 'reset',
    retry: true,
    sentence: (host) => `${host} closed the connection before it answered. Check what stands between the runner and Vault.`,
};
const NOT_TLS = {
    kind: 'tls',
    retry: false,
    sentence: (host) => `${host} does not speak TLS on this port. Check the port of vault-addr, or use http:// if the server really has no TLS.`,
};
const TROUBLES = {
    ENOTFOUND: DNS,
    EAI_AGAIN: { ...DNS, retry: true },
    EAI_FAIL: DNS,
    EAI_NODATA: DNS,
    EAI_NONAME: DNS,
    ECONNREFUSED: {
        kind: 'refused',
        retry: true,
        sentence: (host) => `${host} refuses the connection: nothing listens on this port. Check the port of vault-addr and that Vault runs.`,
    },
    ENETUNREACH: UNREACHABLE,
    EHOSTUNREACH: UNREACHABLE,
    EACCES: UNREACHABLE,
    ETIMEDOUT: {
        kind: 'timeout',
        retry: true,
        sentence: (host) => `${host} does not answer (timeout). A firewall may drop the connection; a Vault that is not public needs a self-hosted runner inside its network.`,
    },
    ECONNRESET: RESET,
    ECONNABORTED: RESET,
    EPIPE: RESET,
    ERR_PROXY_TUNNEL: {
        kind: 'unreachable',
        retry: false,
        sentence: (host) => `The proxy of HTTPS_PROXY makes no connection to ${host}. Let it through there, or name the host in NO_PROXY.`,
    },
    UNABLE_TO_VERIFY_LEAF_SIGNATURE: UNKNOWN_CA,
    UNABLE_TO_GET_ISSUER_CERT: UNKNOWN_CA,
    UNABLE_TO_GET_ISSUER_CERT_LOCALLY: UNKNOWN_CA,
    SELF_SIGNED_CERT_IN_CHAIN: UNKNOWN_CA,
    DEPTH_ZERO_SELF_SIGNED_CERT: UNKNOWN_CA,
    CERT_UNTRUSTED: UNKNOWN_CA,
    CERT_SIGNATURE_FAILURE: UNKNOWN_CA,
    ERR_TLS_CERT_ALTNAME_INVALID: {
        kind: 'tls',
        retry: false,
        sentence: (host) => `The certificate that ${host} shows is for another host name. Use the name that is in the certificate as vault-addr, or give the server a certificate for this one.`,
    },
    CERT_HAS_EXPIRED: {
        kind: 'tls',
        retry: false,
        sentence: (host) => `The certificate of ${host}, or of its CA, has expired. Renew it on the server.`,
    },
    CERT_NOT_YET_VALID: {
        kind: 'tls',
        retry: false,
        sentence: (host) => `The certificate of ${host} is not valid yet. Check the clocks of server and runner.`,
    },
    EPROTO: NOT_TLS,
    ERR_SSL_WRONG_VERSION_NUMBER: NOT_TLS,
    ERR_SSL_PACKET_LENGTH_TOO_LONG: NOT_TLS,
};
/** What a failed connection means. Only the error's code is used: its text may hold what must not be shown. */
function whyUnreachable(error, address) {
    const { host } = address;
    const code = codeOf(error);
    const trouble = TROUBLES[code];
    if (trouble === RESET && address.protocol === 'http:') {
        const sentence = `${RESET.sentence(host)} If the server speaks TLS, write vault-addr with https://.`;
        return { error: new live_errors/* VaultUnavailable */.lb('reset', sentence), retry: true };
    }
    if (trouble)
        return { error: new live_errors/* VaultUnavailable */.lb(trouble.kind, trouble.sentence(host)), retry: trouble.retry };
    if (/CERTIFICATE_REQUIRED|HANDSHAKE_FAILURE|BAD_CERTIFICATE/.test(code)) {
        const sentence = `${host} refuses the TLS handshake (${code}). It may ask for a client certificate, which is not supported.`;
        return { error: new live_errors/* VaultUnavailable */.lb('tls', sentence), retry: false };
    }
    if (/^(ERR_SSL|ERR_TLS|CERT_|CRL_)/.test(code)) {
        return { error: new live_errors/* VaultUnavailable */.lb('tls', `No TLS connection to ${host} can be made (${code}).`), retry: false };
    }
    if (/^(HPE_|ERR_HTTP)/.test(code)) {
        const sentence = `${host} does not answer in HTTP (${code}). Check the scheme and port of vault-addr.`;
        return { error: new live_errors/* VaultUnavailable */.lb('plain-http', sentence), retry: false };
    }
    return { error: new live_errors/* VaultUnavailable */.lb('reset', `The connection to ${host} failed (${code}).`), retry: true };
}
/** A dual-stack host fails with one error for all its addresses. */
function codeOf(error) {
    const { code, errors } = error;
    if (typeof code === 'string')
        return code;
    return errors?.length ? codeOf(errors[0]) : 'unknown error';
}

;// CONCATENATED MODULE: ./build/dist/state/live/transport.js









const REAL_SURROUNDINGS = {
    now: Date.now,
    sleep: (ms) => new Promise((resolve) => setTimeout(resolve, ms)),
    random: Math.random,
};
/** The default of `vault-timeout`. */
const VAULT_TIMEOUT_MS = 120_000;
/** After so many requests in a row that got no answer, the others are not tried any more. */
const HOPELESS = 5;
function createTransport(options) {
    const { address, surroundings = REAL_SURROUNDINGS } = options;
    const secure = address.protocol === 'https:';
    const agentOptions = { keepAlive: true, maxSockets: options.concurrency ?? 8 };
    const ca = options.caCertificates?.length ? { ca: [...options.caCertificates] } : {};
    const proxy = options.proxyEnv ? { proxyEnv: { ...options.proxyEnv } } : {};
    const agent = secure
        ? new external_node_https_.Agent({ ...agentOptions, ...ca, ...proxy, rejectUnauthorized: true })
        : new external_node_http_.Agent(agentOptions);
    const maxBytes = options.maxBytes ?? 8 * 1024 * 1024;
    const timeoutMs = options.timeoutMs ?? 15_000;
    const retrying = { retries: options.retries ?? 3, random: surroundings.random, now: surroundings.now };
    const inPool = (0,pool/* createPool */.b)(options.concurrency ?? 8);
    let budget = budgetOf(options.budgetMs ?? VAULT_TIMEOUT_MS, surroundings.now);
    let deadline = (0,model_deadline/* earlierOf */.OR)(budget, options.deadline ?? model_deadline/* NO_DEADLINE */.ji);
    let pausedUntil = 0;
    let failuresInARow = 0;
    /** Nothing is gained by waiting for a moment after the time is over. */
    const hasTimeFor = (verdict) => verdict.retry && verdict.afterMs < deadline.leftMs();
    async function wait(verdict) {
        if (verdict.all)
            pausedUntil = Math.max(pausedUntil, surroundings.now() + verdict.afterMs);
        else
            await surroundings.sleep(verdict.afterMs);
    }
    async function attempt(request, url, tries) {
        const pause = pausedUntil - surroundings.now();
        if (Math.max(pause, 0) >= deadline.leftMs())
            throw outOfTime(whatIsAsked(request, url, address));
        if (pause > 0)
            await surroundings.sleep(pause);
        let answer;
        try {
            const limits = { agent, maxBytes, timeoutMs: Math.min(timeoutMs, deadline.leftMs()) };
            answer = await exchange(toMessage(request, url), limits);
        }
        catch (error) {
            if (error instanceof live_errors/* VaultUnavailable */.lb)
                throw error;
            const trouble = whyUnreachable(error, address);
            const verdict = trouble.retry ? judgeFailure(tries, retrying) : { retry: false };
            if (!hasTimeFor(verdict))
                throw trouble.error;
            await wait(verdict);
            return attempt(request, url, tries + 1);
        }
        const verdict = judgeAnswer(answer, tries, retrying);
        if (!hasTimeFor(verdict))
            return accept(request, url, address, answer);
        await wait(verdict);
        return attempt(request, url, tries + 1);
    }
    return {
        address,
        surroundings,
        deadline: () => deadline,
        allowMore: (ms) => {
            budget = budgetOf(ms, surroundings.now);
            deadline = budget;
            pausedUntil = 0;
            failuresInARow = 0;
        },
        close: () => agent.destroy(),
        send: (request) => inPool(async () => {
            const url = new URL(request.url);
            if (url.origin !== address.origin) {
                throw new live_errors/* ForbiddenRequest */.pL(`A request to ${url.host} was stopped: only ${address.host} may be asked.`);
            }
            if (failuresInARow >= HOPELESS)
                throw new live_errors/* VaultUnavailable */.lb('unreachable', `${address.host} stopped answering.`);
            const { spend } = budget;
            const stop = spend();
            try {
                const answer = await attempt(request, url, 1);
                failuresInARow = 0;
                return answer;
            }
            catch (error) {
                failuresInARow += 1;
                throw error;
            }
            finally {
                stop();
            }
        }),
    };
}
/** A deadline whose clock runs only while something is asked. */
function budgetOf(ms, now) {
    let used = 0;
    let asking = 0;
    let since = 0;
    const leftMs = () => Math.max(0, ms - used - (asking > 0 ? now() - since : 0));
    return {
        leftMs,
        over: () => leftMs() === 0,
        spend: () => {
            if (asking === 0)
                since = now();
            asking += 1;
            return () => {
                asking -= 1;
                if (asking === 0)
                    used += now() - since;
            };
        },
    };
}
function toMessage(request, url) {
    const body = request.body === undefined ? undefined : JSON.stringify(request.body);
    const headers = {
        Accept: 'application/json',
        'User-Agent': 'eso-vault',
        // Agents and proxies of Vault can be set to demand it (vault.md §4.0).
        'X-Vault-Request': 'true',
        ...(body === undefined
            ? {}
            : { 'Content-Type': 'application/json', 'Content-Length': String(Buffer.byteLength(body)) }),
        ...request.headers,
    };
    return { method: request.method, url, headers, ...(body === undefined ? {} : { body }) };
}
/** `GET kv/metadata/app`. */
function whatIsAsked(request, url, address) {
    const path = url.pathname.slice(address.pathname.replace(/\/$/, '').length).replace(/^\/v1\//, '');
    return `${request.method} ${path}`;
}
function outOfTime(what) {
    const sentence = `${what} was not asked, because the time for the live check was over. Raise \`vault-timeout\` if the server needs longer.`;
    return new live_errors/* VaultUnavailable */.lb('out-of-time', sentence);
}
/** The statuses with which Vault refuses (vault.md §4.0); its 429, 412 and 5xx have their own sentences. */
const REFUSALS = new Set([400, 403, 404, 405, 413, 415]);
/** Parses a final answer; turns what is no answer of the API into a reason. */
function accept(request, url, address, answer) {
    const what = whatIsAsked(request, url, address);
    const { status } = answer;
    if (status >= 300 && status < 400)
        throw new live_errors/* VaultUnavailable */.lb('redirect', redirected(address, answer));
    if (isSealed(answer))
        throw new live_errors/* VaultUnavailable */.lb('sealed', sealedSentence(address.host, answer));
    if (status === 400 &&
        /HTTP request to an HTTPS server|plain HTTP request was sent to HTTPS port/i.test(answer.text)) {
        throw new live_errors/* VaultUnavailable */.lb('plain-http', `${address.host} speaks TLS: write vault-addr with https://.`);
    }
    const parsed = parseJson(answer.text);
    const errors = errorsOf(parsed.value);
    // sys/health uses statuses as states (vault.md §4.1); its body says which.
    if (url.pathname.endsWith('/v1/sys/health') && (0,live_answer/* isObject */.Gv)(parsed.value))
        return { status, body: parsed.value };
    if (status === 429) {
        const pause = answer.headers['retry-after'];
        const asks = pause === undefined || !/^\d{1,9}$/.test(pause) ? '' : `; it asks for a pause of ${pause} s`;
        const sentence = `${address.host} limits the rate of requests and went on to do so (${what} answered 429${asks}). Raise the quota for this token's path, or run fewer jobs at once.`;
        throw new live_errors/* VaultUnavailable */.lb('rate-limited', sentence);
    }
    if (status >= 500 || status === 412) {
        const said = (0,live_answer/* toAnswer */.Gl)(status, { errors }).errors.join('; ');
        throw new live_errors/* VaultUnavailable */.lb('server-error', `${what} answered ${status}${said ? ` (${said})` : ''} again and again.`);
    }
    if (!parsed.ok) {
        const kind = /^\s*</.test(answer.text)
            ? 'a web page'
            : parsed.value === undefined
                ? 'something that is not JSON'
                : `JSON that is nested deeper than ${DEEPEST} levels`;
        const sentence = `${address.host} answered ${what} with ${kind} (status ${status}): this is not Vault's API. Check vault-addr, and that no login page or proxy stands before it.`;
        throw new live_errors/* VaultUnavailable */.lb('not-vault', sentence);
    }
    if (!isVaults(status, parsed.value, errors)) {
        const sentence = `${address.host} answered ${what} with status ${status} in a way that Vault does not: it tells nothing about what was asked. Check what stands between the runner and Vault.`;
        throw new live_errors/* VaultUnavailable */.lb('not-vault', sentence);
    }
    return { status, body: parsed.value };
}
/**
 * Whether Vault itself answered: its refusals carry `errors`, possibly empty; a 404 of a version that was deleted has the envelope
 * of a success instead. A 404 without either is a proxy's, and tells nothing about the secret (vault.md §4.0).
 */
function isVaults(status, body, errors) {
    if (status >= 200 && status < 300)
        return body === undefined || (0,live_answer/* isObject */.Gv)(body);
    if (!REFUSALS.has(status))
        return false;
    if (errors !== undefined)
        return true;
    return status === 404 && (0,live_answer/* isObject */.Gv)(body) && typeof body.request_id === 'string' && (0,live_answer/* isObject */.Gv)(body.data);
}
function errorsOf(body) {
    const errors = (0,live_answer/* isObject */.Gv)(body) ? body.errors : undefined;
    return Array.isArray(errors) && errors.every((one) => typeof one === 'string') ? errors : undefined;
}
/** An answer nested deeper than this is none: what reads it goes down level by level. No secret of a person is. */
const DEEPEST = 500;
function parseJson(text) {
    if (text.trim() === '')
        return { ok: true, value: undefined };
    try {
        const value = JSON.parse(text);
        return { ok: !isDeep(value), value };
    }
    catch {
        return { ok: false, value: undefined };
    }
}
function isDeep(value) {
    let level = [value];
    for (let depth = 0; level.length > 0; depth += 1) {
        if (depth > DEEPEST)
            return true;
        level = level.flatMap((one) => (typeof one === 'object' && one !== null ? Object.values(one) : []));
    }
    return false;
}
/** Only the host of the Location: its path and query may hold what must not be shown. */
function redirected(address, answer) {
    let target = 'another place';
    try {
        target = new URL(answer.headers.location ?? '', address).host;
    }
    catch {
        // A Location that is no URL has no host to name.
    }
    const sameHost = target === address.host;
    return `${address.host} answered with a redirect (status ${answer.status}) to ${target}. The token is sent to one address only, so it was not followed. ${sameHost
        ? 'Check the scheme and path of vault-addr.'
        : `If ${target} is your Vault (a standby names the active node this way), write it as vault-addr.`}`;
}
function sealedSentence(host, answer) {
    if (/locked by an administrator/.test(answer.text)) {
        return `${host}: API access to this namespace has been locked by an administrator. Unlock it (sys/namespaces/api-lock/unlock), then run again.`;
    }
    if (/namespace is sealed/.test(answer.text))
        return `${host}: this namespace is sealed. Unseal it, then run again.`;
    return `Vault at ${host} is sealed: nothing can be read. Unseal it, then run again.`;
}

;// CONCATENATED MODULE: ./build/dist/state/live/connect.js









/** For the end of the token, whatever time the run took: a token that lives on is worse than ten seconds. */
const END_MS = 10_000;
/**
 * Connects to the one server: health, login, and what the token is.
 *
 * @throws LiveSettingsError for settings that cannot be right, VaultUnavailable when the server cannot be used.
 */
async function connect(options) {
    const address = parseAddress(options.address);
    const caCertificates = options.caCertificate ? await loadCaCertificate(options.caCertificate) : [];
    const transport = createTransport({ ...options.transport, address, caCertificates });
    let login;
    let authClient;
    try {
        const server = await preflight(transport, options.known);
        const authNamespace = options.authNamespace ?? options.namespace;
        const ignored = server.enterprise === false ? [options.namespace, authNamespace].find(Boolean) : undefined;
        if (ignored !== undefined && options.needsNamespaces === true)
            throw new live_errors/* LiveSettingsError */.Ws(namespaceIgnored(ignored));
        const loginOptions = {
            transport,
            login: options.login,
            namespace: authNamespace,
            env: options.env,
            mask: options.mask,
            ...(options.getIdToken ? { getIdToken: options.getIdToken } : {}),
        };
        login = await logIn(loginOptions);
        // The token lives in the namespace of its auth mount: there it is looked up and revoked.
        const tokenClient = await (0,live_client/* openClient */.M)({ transport, token: login.token, namespace: authNamespace });
        authClient = tokenClient;
        const token = await lookUpToken(tokenClient, login);
        const { allowValueRead = false, readOnly = true, namespace } = options;
        const client = await (0,live_client/* openClient */.M)({ transport, token: login.token, namespace, allowValueRead, readOnly });
        const whole = { ...login, type: token.type ?? login.type };
        return {
            client,
            server,
            token,
            login: whole,
            warnings: [
                ...(isUnencrypted(address) ? [unencrypted(address)] : []),
                ...(ignored === undefined ? [] : [namespaceIgnored(ignored)]),
            ],
            end: async (also) => {
                transport.allowMore(END_MS);
                const revoked = await revokeToken(tokenClient.inNamespace(token.namespace), whole, also);
                transport.close();
                return revoked;
            },
        };
    }
    catch (error) {
        // A token that was just made must not outlive a start that failed.
        transport.allowMore(END_MS);
        if (login && authClient)
            await revokeToken(authClient, login);
        transport.close();
        throw error;
    }
}
/** Ends a token from another process of the same job. Never throws. */
async function revokeSavedToken(saved) {
    try {
        const caCertificates = saved.caCertificate ? await loadCaCertificate(saved.caCertificate) : [];
        const transport = createTransport({ ...saved.transport, address: parseAddress(saved.address), caCertificates });
        const client = await (0,live_client/* openClient */.M)({ transport, token: saved.token, namespace: saved.authNamespace });
        const revoked = await revokeToken(client, { ours: true, type: undefined });
        transport.close();
        return revoked;
    }
    catch (error) {
        const why = error instanceof live_errors/* LiveSettingsError */.Ws ? error.message : 'the request could not be made.';
        return { revoked: false, warning: `The token was not revoked and lives until its TTL ends: ${why}` };
    }
}
function namespaceIgnored(namespace) {
    return `The Vault namespace ${namespace} is given, and this server is a Community Edition, which has no namespaces and takes no notice of that: everything is asked of, and would be written to, the root. Leave vault-namespace (and auth-namespace) out, or name another server.`;
}
function unencrypted(address) {
    return `vault-addr is http://${address.host}: the token travels unencrypted. Use https:// wherever the network is not yours alone.`;
}

// EXTERNAL MODULE: ./build/dist/model/trim-slashes.js
var trim_slashes = __webpack_require__(8215);
// EXTERNAL MODULE: ./build/dist/state/live/hidden.js
var live_hidden = __webpack_require__(9188);
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
    const all = await (0,live_hidden/* orUnknown */.uL)(asking, () => listMounts(asking)).then((told) => 'presence' in told ? undefined : told.all);
    const of = new Map();
    await Promise.all(paths.map(async (path) => {
        of.set(path, all ? inList(path, all) : await (0,live_hidden/* orUnknown */.uL)(asking, () => askForMount(asking, path)));
    }));
    const seen = all ?? [...of.values()].flatMap((mount) => (mount.presence === 'present' ? [mount.fact] : []));
    for (const mount of seen)
        if (mount.version)
            asking.client.knowKvMount(mount.path, mount.version);
    return { of, all: [...seen].sort(byPath) };
}
function inList(path, all) {
    const exact = all.find((mount) => mount.path === path);
    if (exact)
        return { presence: 'present', fact: exact };
    const around = serving(path, all);
    return around ? inside(path, around) : { presence: 'absent', because: `Nothing is mounted at ${path}/.` };
}
/** All mounts; `undefined` where the token may not list them. A list that is not whole is none: it would say "absent". */
async function listMounts(asking) {
    const answer = await asking.client.read('sys/mounts');
    if (answer.status === 403)
        return { all: undefined };
    const all = answer.status === 200 ? entries(answer.data, mountFact) : undefined;
    return all === undefined ? (0,live_hidden/* unexpected */.os)(asking, 'GET', 'sys/mounts', answer) : { all };
}
/** The entries of a list by path, when every one of them is what it must be and there is one: every namespace has `sys/` and `token/`. */
function entries(data, read) {
    const all = Object.entries(data ?? {}).map(([path, info]) => (0,live_answer/* isObject */.Gv)(info) ? read((0,trim_slashes/* trimSlashes */.u)(path), info) : undefined);
    const whole = all.filter((one) => one !== undefined);
    return whole.length > 0 && whole.length === all.length ? whole : undefined;
}
async function askForMount(asking, path) {
    const url = (0,live_paths/* join */.fj)('sys/internal/ui/mounts', path);
    const answer = await asking.client.read(url);
    if (answer.status === 200 && answer.data) {
        const served = typeof answer.data.path === 'string' ? (0,trim_slashes/* trimSlashes */.u)(answer.data.path) : undefined;
        const fact = served === undefined ? undefined : mountFact(served, answer.data);
        if (fact?.path === path)
            return { presence: 'present', fact };
        if (fact !== undefined && path.startsWith(`${fact.path}/`))
            return inside(path, fact);
        return (0,live_hidden/* unexpected */.os)(asking, 'GET', url, answer);
    }
    return missingOrNotVisible(asking, url, path, answer);
}
function missingOrNotVisible(asking, url, path, answer) {
    if (answer.status !== 403)
        return (0,live_hidden/* unexpected */.os)(asking, 'GET', url, answer);
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
    const because = `Nothing is mounted at ${path}/: it is a folder inside the mount ${mount.path}/ (${describeMount(mount)}).`;
    return { presence: 'absent', because, inside: mount.path };
}
/** `kv version 2`, `database`. */
function describeMount(mount) {
    return mount.version ? `${mount.type} version ${mount.version}` : mount.type;
}
/**
 * `options.version` missing or `options: null` is version 1 (vault.md §4.4); `generic` is the old name of KV 1. `undefined` for what no
 * server says of a mount.
 */
function mountFact(path, info) {
    const { type: told, options: given = null, description = '' } = info;
    if (typeof told !== 'string' || told === '' || path === '')
        return undefined;
    if (typeof description !== 'string' || !(given === null || (0,live_answer/* isObject */.Gv)(given)))
        return undefined;
    const options = given ?? {};
    const kv = told === 'kv' || told === 'generic';
    const version = options.version ?? '1';
    if (kv && version !== '1' && version !== '2')
        return undefined;
    const config = (0,live_answer/* isObject */.Gv)(info.config) ? { config: info.config } : {};
    return {
        path,
        type: kv ? 'kv' : told,
        ...(kv ? { version: version === '2' ? 2 : 1 } : {}),
        description,
        options: { ...options, ...config },
        unknown: [],
        provenance: { from: 'vault' },
    };
}
function byPath(a, b) {
    return a.path < b.path ? -1 : a.path > b.path ? 1 : 0;
}

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
    const all = await (0,live_hidden/* orUnknown */.uL)(asking, () => listAuthMounts(asking)).then((told) => 'presence' in told ? undefined : told.all);
    await Promise.all(paths.map(async (path) => {
        const seen = all ? auth_mounts_inList(path, all) : await (0,live_hidden/* orUnknown */.uL)(asking, () => askForAuthMount(asking, path));
        if (!withConfig || seen.presence === 'absent')
            return of.set(path, seen);
        if (seen.presence === 'present' && !CONFIGURED.has(seen.fact.type))
            return of.set(path, seen);
        const config = await (0,live_hidden/* orUnknown */.uL)(asking, () => readConfig(asking, path));
        configOf.set(path, config);
        const both = seen.presence === 'present' && config.presence === 'present';
        return of.set(path, both ? { presence: 'present', fact: { ...seen.fact, config: config.fact } } : seen);
    }));
    const known = [...of.values()].flatMap((mount) => (mount.presence === 'present' ? [mount.fact] : []));
    const others = (all ?? []).filter((mount) => !known.some((one) => one.path === mount.path));
    return { of, all: [...known, ...others].sort((a, b) => (a.path < b.path ? -1 : 1)), configOf };
}
function auth_mounts_inList(path, all) {
    const fact = all.find((mount) => mount.path === path);
    return fact ? { presence: 'present', fact } : absent(path);
}
function absent(path) {
    return { presence: 'absent', because: `No auth method is mounted at auth/${path}/.` };
}
async function listAuthMounts(asking) {
    const answer = await asking.client.read('sys/auth');
    if (answer.status === 403)
        return { all: undefined };
    const all = answer.status === 200 ? entries(answer.data, authMountFact) : undefined;
    return all === undefined ? (0,live_hidden/* unexpected */.os)(asking, 'GET', 'sys/auth', answer) : { all };
}
async function askForAuthMount(asking, path) {
    const url = (0,live_paths/* join */.fj)('sys/internal/ui/mounts/auth', path);
    const answer = await asking.client.read(url);
    if (answer.status === 200 && answer.data) {
        const served = typeof answer.data.path === 'string' ? (0,trim_slashes/* trimSlashes */.u)(answer.data.path).replace(/^auth\//, '') : undefined;
        const fact = served === undefined ? undefined : authMountFact(served, answer.data);
        if (fact?.path === path)
            return { presence: 'present', fact };
        return fact !== undefined && path.startsWith(`${fact.path}/`)
            ? absent(path)
            : (0,live_hidden/* unexpected */.os)(asking, 'GET', url, answer);
    }
    const right = { path: 'sys/auth', capability: 'read', purpose: `whether auth/${path}/ is mounted` };
    if (answer.status !== 403)
        return (0,live_hidden/* unexpected */.os)(asking, 'GET', url, answer);
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
    return (0,live_hidden/* unexpected */.os)(asking, 'GET', url, answer);
}
function authMountFact(path, info) {
    if (typeof info.type !== 'string' || info.type === '' || path === '')
        return undefined;
    return {
        path,
        type: info.type,
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

;// CONCATENATED MODULE: ./build/dist/state/live/policies.js


/** The texts of policies, by lower-case name (vault.md §4.5). */
async function readPolicies(asking, names) {
    const wanted = [...new Set(names.map((name) => name.toLowerCase()))].filter(Boolean);
    const seen = await Promise.all(wanted.map(async (name) => [name, await (0,live_hidden/* orUnknown */.uL)(asking, () => readPolicy(asking, name))]));
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
    return (0,live_hidden/* unexpected */.os)(asking, 'GET', path, answer);
}

// EXTERNAL MODULE: ./build/dist/state/live/roles.js
var live_roles = __webpack_require__(7311);
;// CONCATENATED MODULE: ./build/dist/state/live/folders.js


/** A `ListFolder` that asks the server. Paths carry the KV v2 `metadata` already, and have no slash at the end. */
function folderLister(asking, rights) {
    const seen = new Map();
    return (path) => {
        const known = seen.get(path) ?? (0,live_hidden/* orUnknown */.uL)(asking, () => list(asking, rights, path));
        seen.set(path, known);
        return known;
    };
}
async function list(asking, rights, path) {
    const right = { path: `${path}/`, capability: 'list', purpose: `the names in ${path}/` };
    if (rights.may('list', `${path}/`) === false)
        return (0,live_hidden/* lacking */.gP)(asking, right);
    const answer = await asking.client.list(path);
    const names = answer.status === 200 && Array.isArray(answer.data?.keys) ? (0,live_answer/* listed */.KE)(answer.data.keys) : undefined;
    if (names !== undefined)
        return { names: new Set(names) };
    // An empty folder is no folder (vault.md §4.0).
    if (answer.status === 404)
        return { names: new Set() };
    if (answer.status === 403)
        return (0,live_hidden/* denied */.wk)(asking, 'LIST', path, answer, right);
    return (0,live_hidden/* unexpected */.os)(asking, 'LIST', path, answer);
}

;// CONCATENATED MODULE: ./build/dist/state/live/subkeys.js

/**
 * Key names out of an answer of `subkeys`, whose leaves are all null (vault.md §4.8). `undefined`: it is no such answer, and says of no
 * key that it is absent.
 */
function toSubKeys(value) {
    return (0,live_answer/* isObject */.Gv)(value) ? names(value, (leaf) => leaf === null) : undefined;
}
/** Key names out of a value; the values are forgotten. */
function keysOfValue(value) {
    return (0,live_answer/* isObject */.Gv)(value) ? names(value, () => true) : undefined;
}
function names(value, mayBeLeaf) {
    const keys = Object.create(null);
    for (const [key, below] of Object.entries(value)) {
        // An empty object is a leaf in `subkeys` too; so is a list (vault.md §4.8).
        if ((0,live_answer/* isObject */.Gv)(below)) {
            const inner = Object.keys(below).length > 0 ? names(below, mayBeLeaf) : null;
            if (inner === undefined)
                return undefined;
            keys[key] = inner;
        }
        else if (mayBeLeaf(below))
            keys[key] = null;
        else
            return undefined;
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
    const answer = await (0,live_hidden/* orUnknown */.uL)(asking, () => asking.client.read((0,live_paths/* join */.fj)(mount, key)));
    if (!('status' in answer))
        return { presence: 'present', keysHidden: answer.because };
    if (answer.status === 403) {
        return { presence: 'present', keysHidden: `The CI token may not read ${mount}/${key}, which its key names need.` };
    }
    const keys = answer.status === 200 ? keysOfValue(answer.data) : undefined;
    if (keys === undefined) {
        return { presence: 'present', keysHidden: (0,live_hidden/* unexpected */.os)(asking, 'GET', (0,live_paths/* join */.fj)(mount, key), answer).because };
    }
    return { presence: 'present', keys };
}

;// CONCATENATED MODULE: ./build/dist/state/live/kv2.js




/** Reads metadata, each path at most once. */
function metadataReader(asking) {
    const seen = new Map();
    return (mount, key) => {
        const path = (0,live_paths/* join */.fj)(mount, 'metadata', key);
        const known = seen.get(path) ?? (0,live_hidden/* orUnknown */.uL)(asking, () => asking.client.read(path));
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
    // 404 with nothing: never written, or metadata only; both read as absent.
    if (answer.status === 404 && answer.data === undefined)
        return { presence: 'absent' };
    const told = answer.status === 200 || answer.status === 404 ? answer.data?.metadata : undefined;
    const state = (0,live_answer/* isObject */.Gv)(told) && isCustomMetadata(told.custom_metadata)
        ? versionState(told, asking.client.transport.surroundings.now())
        : undefined;
    if (!(0,live_answer/* isObject */.Gv)(told) || state === undefined || !isVersion(told.version))
        return (0,live_hidden/* unexpected */.os)(asking, 'GET', path, answer);
    const deletionTime = kv2_text(told.deletion_time);
    const deletion = deletionTime ? { deletionTime } : {};
    // 404 with metadata: the version was deleted; the time in it has passed, or it would be 200.
    if (answer.status === 404) {
        return { presence: told.destroyed === true ? 'destroyed' : 'deleted', currentVersion: told.version, ...deletion };
    }
    const keys = toSubKeys(answer.data?.subkeys);
    if (keys === undefined)
        return (0,live_hidden/* unexpected */.os)(asking, 'GET', path, answer);
    return {
        presence: 'present',
        ...(version === undefined ? { currentVersion: told.version } : {}),
        keys,
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
    if (answer.status === 200 && answer.data) {
        const state = stateOf(answer.data, version, asking.client.transport.surroundings.now());
        return state ?? (0,live_hidden/* unexpected */.os)(asking, 'GET', path, answer);
    }
    if (answer.status === 404 && answer.data === undefined)
        return { presence: 'absent' };
    if (answer.status === 403)
        return viaFolder(asking, question, (0,live_hidden/* denied */.wk)(asking, 'GET', path, answer, right));
    return (0,live_hidden/* unexpected */.os)(asking, 'GET', path, answer);
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
    const answer = await (0,live_hidden/* orUnknown */.uL)(asking, () => asking.client.read(path, version === undefined ? {} : { version }));
    return 'status' in answer && answer.status === 200 ? keysOfValue(answer.data?.data) : undefined;
}
/**
 * The state of a secret or of one version, out of its metadata (vault.md §4.8). `undefined`: no server says such a thing of a secret, so
 * nothing is known of it.
 *
 * @param now milliseconds since 1970: a `deletion_time` after it means that the version is alive until then.
 */
function stateOf(data, version, now) {
    const currentVersion = data.current_version;
    if (!isVersion(currentVersion) || !(data.versions === null || (0,live_answer/* isObject */.Gv)(data.versions)))
        return undefined;
    if (!isCustomMetadata(data.custom_metadata))
        return undefined;
    const told = new Map(Object.entries(data.versions ?? {}));
    const versions = {};
    for (const [number, one] of told) {
        const state = (0,live_answer/* isObject */.Gv)(one) ? versionState(one, now) : undefined;
        if (state === undefined || !/^\d+$/.test(number))
            return undefined;
        versions[number] = state;
    }
    // `current_version` 0: metadata only, which every reader sees as absent.
    if (currentVersion === 0)
        return { presence: 'absent' };
    const asked = String(version ?? currentVersion);
    const state = versions[asked];
    // An older version may be gone for good; the current one never is.
    if (state === undefined)
        return asked === String(currentVersion) ? undefined : { presence: 'absent' };
    const one = told.get(asked);
    const deletionTime = (0,live_answer/* isObject */.Gv)(one) ? kv2_text(one.deletion_time) : undefined;
    const deletion = deletionTime ? { deletionTime } : {};
    if (state !== 'alive')
        return { presence: state, currentVersion, ...deletion };
    return { presence: 'present', currentVersion, versions, ...customMetadata(data), ...deletion };
}
/** `undefined` for what is no state of a version. */
function versionState(version, now) {
    const { destroyed, deletion_time: deletionTime } = version;
    if (typeof destroyed !== 'boolean' || typeof deletionTime !== 'string')
        return undefined;
    if (destroyed)
        return 'destroyed';
    if (deletionTime === '')
        return 'alive';
    const at = Date.parse(deletionTime);
    return Number.isNaN(at) ? undefined : at <= now ? 'deleted' : 'alive';
}
function isVersion(value) {
    return typeof value === 'number' && Number.isSafeInteger(value) && value >= 0;
}
function isCustomMetadata(value) {
    if (value === undefined || value === null)
        return true;
    return (0,live_answer/* isObject */.Gv)(value) && Object.values(value).every((one) => typeof one === 'string');
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
        const answer = await (0,live_hidden/* orUnknown */.uL)(asking, () => asking.client.write('sys/capabilities-self', { paths: some }));
        // A token without the default policy may not ask: then each path is tried.
        refused ||= 'status' in answer && answer.status === 403;
        if (!('status' in answer) || answer.status === 403)
            break;
        const data = answer.status === 200 ? answer.data : undefined;
        const given = some.flatMap((path) => (data !== undefined && Object.hasOwn(data, path) ? [[path, data[path]]] : []));
        // Where there is no right the server says "deny": an empty list is no answer (vault.md §4.3).
        if (given.length === 0 || given.some(([, capabilities]) => !(0,live_answer/* listed */.KE)(capabilities)?.length)) {
            (0,live_hidden/* unexpected */.os)(asking, 'POST', 'sys/capabilities-self', answer);
            break;
        }
        for (const [path, capabilities] of given)
            told.set(path, (0,live_answer/* listed */.KE)(capabilities) ?? []);
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
    return {
        of,
        readableValues: readable(distinct.filter(({ aside }) => aside !== true), kv, rights),
        list,
        rightsRefused: rights.refused,
    };
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
        add({ ...secret, implied: secret.aside === true });
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
        return (0,live_hidden/* orUnknown */.uL)(asking, () => readKv1(asking, mount, key, withKeys));
    return (0,live_hidden/* orUnknown */.uL)(asking, () => readKv2(asking, { mount, key, version, withKeys }));
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
 * What cannot be seen is told as hidden or unknown, part by part; a server that fails, be it at the last request, is told in
 * `unanswered` and throws nothing.
 */
async function readLive(session, wanted) {
    const { client, server, token } = session;
    const missing = new Map();
    const unanswered = new Set();
    const asking = {
        client,
        missing: (right) => void missing.set(`${right.path}\n${right.capability}`, right),
        unanswered: (sentence) => void unanswered.add(sentence),
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
    const named = read_live_facts(seenRoles.values()).flatMap((role) => role.policies ?? []);
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
            roles: read_live_facts(seenRoles.values()),
            policies: read_live_facts(policies.values()),
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
        unanswered: [...unanswered],
        warnings: warningsOf(session, seenSecrets.rightsRefused),
    };
}
/** What is told of a Vault namespace that cannot be asked for: nothing, with the reason, of every part that was wanted. */
function unreadable({ server, token }, because) {
    const hidden = { presence: 'unknown', because };
    return {
        state: { mounts: [], authMounts: [], roles: [], policies: [] },
        server,
        token,
        mount: () => hidden,
        authMount: () => hidden,
        authConfig: () => hidden,
        role: () => hidden,
        policy: () => hidden,
        secretFact: () => hidden,
        find: () => hidden,
        missingRights: [],
        excess: { root: token.root, readableValues: [] },
        unanswered: [],
        warnings: [],
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
function read_live_facts(seen) {
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

;// CONCATENATED MODULE: ./build/dist/state/live/server.js
/** All that needs the HTTP stack: loaded as one, and only when a server is asked. */





/***/ })

};
