export const id = 917;
export const ids = [917,805];
export const modules = {

/***/ 2917:
/***/ ((__unused_webpack___webpack_module__, __webpack_exports__, __webpack_require__) => {

__webpack_require__.r(__webpack_exports__);
/* harmony export */ __webpack_require__.d(__webpack_exports__, {
/* harmony export */   openVault: () => (/* binding */ openVault)
/* harmony export */ });
/* harmony import */ var _state_live_connect_js__WEBPACK_IMPORTED_MODULE_0__ = __webpack_require__(7805);
/* harmony import */ var _known_server_js__WEBPACK_IMPORTED_MODULE_1__ = __webpack_require__(6589);


/**
 * Reaches the one server of the settings and logs in; only `apply` may write.
 *
 * @throws VaultUnavailable (outcome `incomplete`) and LiveSettingsError (outcome `invalid`), each with what to do.
 */
async function openVault(settings, deps, { readOnly = true } = {}) {
    const { vault } = settings;
    if (vault === undefined)
        return undefined;
    const ca = vault.caCertificate;
    const authNamespace = 'namespace' in vault.login ? vault.login.namespace : undefined;
    const connection = await (0,_state_live_connect_js__WEBPACK_IMPORTED_MODULE_0__/* .connect */ .N)({
        address: vault.address,
        ...(ca === undefined ? {} : { caCertificate: 'pem' in ca ? ca.pem : ca.file }),
        ...(vault.namespace === undefined ? {} : { namespace: vault.namespace }),
        ...(authNamespace === undefined ? {} : { authNamespace }),
        login: vault.login,
        ...(deps.getIdToken === undefined ? {} : { getIdToken: deps.getIdToken }),
        env: deps.env,
        mask: deps.mask,
        known: (0,_known_server_js__WEBPACK_IMPORTED_MODULE_1__/* .knownServer */ .D)(settings.config.vault.product),
        allowValueRead: settings.allowValueRead,
        readOnly,
        transport: { proxyEnv: deps.env },
    });
    const { product, version } = connection.server;
    const called = product === 'openbao' ? 'OpenBao' : product === 'vault' ? 'Vault' : 'Vault or OpenBao';
    const { origin } = connection.client.transport.address;
    return { ...connection, name: `${called}${version === undefined ? '' : ` ${version}`} at ${origin}` };
}


/***/ }),

/***/ 7805:
/***/ ((__unused_webpack___webpack_module__, __webpack_exports__, __webpack_require__) => {


// EXPORTS
__webpack_require__.d(__webpack_exports__, {
  N: () => (/* binding */ connect),
  revokeSavedToken: () => (/* binding */ revokeSavedToken)
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
        throw new live_errors.LiveSettingsError('vault-addr is not a URL; write it as https://vault.example.com:8200.');
    }
    if (url.protocol !== 'http:' && url.protocol !== 'https:') {
        throw new live_errors.LiveSettingsError(`vault-addr begins with ${url.protocol}; only https:// and http:// can be used.`);
    }
    if (url.username || url.password) {
        throw new live_errors.LiveSettingsError('vault-addr holds a user name or password; give credentials by the auth inputs instead.');
    }
    if (url.search || url.hash)
        throw new live_errors.LiveSettingsError('vault-addr must end before any ? or #.');
    url.pathname = url.pathname.replace(/\/+$/, '');
    if (/\/v1$/.test(url.pathname))
        throw new live_errors.LiveSettingsError('vault-addr must not end in /v1; that part is added.');
    if (/\/ui(\/|$)/.test(url.pathname))
        throw new live_errors.LiveSettingsError("vault-addr is the address of Vault's web page; leave out /ui.");
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
var promises_ = __webpack_require__(3836);
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
        throw new live_errors.LiveSettingsError(`ca-certificate is neither PEM text, nor base64 of PEM text, nor a file that can be read: ${shown} (${code}).`);
    }
    return certificates(file, text);
}
function certificates(text, where) {
    const blocks = text.match(CERTIFICATE) ?? [];
    if (blocks.length === 0)
        throw new live_errors.LiveSettingsError(`${where} holds no PEM certificate (BEGIN CERTIFICATE … END).`);
    for (const block of blocks) {
        try {
            new external_node_crypto_.X509Certificate(block);
        }
        catch {
            throw new live_errors.LiveSettingsError(`${where} holds a PEM block that is not a certificate.`);
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
// EXTERNAL MODULE: ./build/dist/state/live/answer.js
var live_answer = __webpack_require__(3250);
// EXTERNAL MODULE: ./build/dist/state/live/product.js
var live_product = __webpack_require__(6265);
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
        throw new live_errors.VaultUnavailable('not-vault', sentence);
    }
    if (!body.initialized) {
        throw new live_errors.VaultUnavailable('uninitialised', `Vault at ${address.host} is not initialised. Initialise and unseal it first.`);
    }
    if (body.sealed) {
        const sentence = `Vault at ${address.host} is sealed: nothing can be read. Unseal it, then run again.`;
        throw new live_errors.VaultUnavailable('sealed', sentence);
    }
    if ((0,live_answer/* isObject */.Gv)(body) && body.replication_dr_mode === 'secondary') {
        const sentence = `Vault at ${address.host} is a disaster-recovery secondary, which serves no reads. Write the primary's address as vault-addr.`;
        throw new live_errors.VaultUnavailable('standby', sentence);
    }
    if (body.removed_from_cluster === true) {
        const sentence = `Vault at ${address.host} was removed from its cluster. Write the address of a node that belongs to it as vault-addr.`;
        throw new live_errors.VaultUnavailable('standby', sentence);
    }
    const sealStatus = await transport.send({ method: 'GET', url: `${base}/seal-status` }).catch(() => undefined);
    const product = known.product ?? (0,live_product/* detectProduct */.rZ)(body, sealStatus?.body);
    const version = known.version ?? (0,live_product/* versionOf */.E4)(body) ?? (0,live_product/* versionOf */.E4)(sealStatus?.body);
    return {
        product,
        version,
        variants: (0,live_product/* variantsOf */.IM)(product, version),
        // A standby forwards requests, or answers 307, which the transport explains when it happens.
        standby: body.standby === true || body.performance_standby === true,
    };
}

;// CONCATENATED MODULE: ./build/dist/state/live/id-token.js

/** As vault-action does: GitHub's token service fails now and then (platform.md §2.1). */
const TRIES = 5;
const PAUSE_MS = 3_000;
/**
 * A JWT from GitHub that says which workflow this is (platform.md §1.4).
 *
 * @throws LiveSettingsError when the job may not ask for one, VaultUnavailable when GitHub gives none.
 */
async function requestIdToken(options, audience) {
    const { env, getIdToken, mask, transport } = options;
    if (!getIdToken || !env.ACTIONS_ID_TOKEN_REQUEST_URL || !env.ACTIONS_ID_TOKEN_REQUEST_TOKEN) {
        throw new live_errors.LiveSettingsError('auth-method jwt needs a token from GitHub, and this job may not ask for one. Add `permissions: id-token: write` to the job (pull requests from forks and from Dependabot never get one); outside of GitHub Actions use another auth-method.');
    }
    for (let tries = 1;; tries += 1) {
        try {
            const token = await getIdToken(audience);
            if (token) {
                mask(token);
                return token;
            }
        }
        catch {
            // The error's text can hold the request's URL and token: only that there was none is told.
        }
        if (tries === TRIES)
            break;
        await transport.surroundings.sleep(PAUSE_MS * (1 + transport.surroundings.random() / 2));
    }
    throw new live_errors.VaultUnavailable('login', `GitHub gave no ID token in ${TRIES} tries. Run the job again; see githubstatus.com.`);
}

// EXTERNAL MODULE: ./build/dist/state/live/paths.js
var paths = __webpack_require__(3954);
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
            throw new live_errors.LiveSettingsError('vault-token is empty.');
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
            const path = (0,paths/* join */.fj)('auth', login.mount ?? 'jwt', 'login');
            // Without a role, the mount's default_role decides.
            return { path, body: login.role ? { role: login.role, jwt } : { jwt }, hint: jwtHint(login.audience) };
        }
        case 'approle': {
            const { roleId, secretId } = { roleId: login.roleId.trim(), secretId: login.secretId?.trim() };
            if (!roleId)
                throw new live_errors.LiveSettingsError('auth-method approle needs a role id.');
            if (secretId)
                mask(secretId);
            const body = secretId ? { role_id: roleId, secret_id: secretId } : { role_id: roleId };
            const hint = 'Check the role id, and that the secret id is neither expired nor used up.';
            return { path: (0,paths/* join */.fj)('auth', login.mount ?? 'approle', 'login'), body, hint };
        }
        case 'kubernetes': {
            const jwt = await podToken(login.tokenPath ?? POD_TOKEN);
            mask(jwt);
            const hint = "Check the role's bound service account names and namespaces, and that Vault can review tokens.";
            const path = (0,paths/* join */.fj)('auth', login.mount ?? 'kubernetes', 'login');
            return { path, body: { role: login.role, jwt }, hint };
        }
        default: {
            if (!login.username)
                throw new live_errors.LiveSettingsError(`auth-method ${login.method} needs a user name.`);
            mask(login.password);
            const path = (0,paths/* join */.fj)('auth', login.mount ?? login.method, 'login', login.username);
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
        throw new live_errors.LiveSettingsError(`auth-method kubernetes reads the pod's token from ${path}, which cannot be read (${code}). Run in a pod with a service account, or name the file.`);
    }
    throw new live_errors.LiveSettingsError(`auth-method kubernetes reads the pod's token from ${path}, which is empty.`);
}
function refused(client, path, answer, hint, role) {
    const where = client.namespace ? ` in the Vault namespace ${client.namespace}` : '';
    const answered = (0,live_answer/* sayAnswer */.sQ)('POST', path, answer);
    if (answer.auth?.mfa_requirement) {
        return new live_errors.VaultUnavailable('login', `${answered}: this login asks for a second factor, which a machine cannot give.`);
    }
    if (answer.status === 404 || /no handler for route|unsupported path/.test(answer.errors.join())) {
        const mount = path.split('/login')[0] ?? path;
        return new live_errors.VaultUnavailable('login', `${answered}: no auth method that can do this login is mounted at ${mount}${where}. Check auth-mount.`);
    }
    // A mount that is not there answers 403 too: without a token, the ACL comes before the router.
    const mount = answer.status === 403 ? ' A wrong auth-mount or namespace gets the same answer: check auth-mount too.' : '';
    return new live_errors.VaultUnavailable('login', `Vault refused the login${role === undefined ? '' : ` with role \`${role}\``}${where}: ${answered}. ${hint}${mount}`);
}
/** Policies of a token, as a list without doubles. */
function policiesOf(...lists) {
    return [...new Set(lists.flatMap(live_answer/* strings */.P$))].sort();
}

;// CONCATENATED MODULE: ./build/dist/state/live/revoke.js


/**
 * Ends the token that our login made (design §1, promise 7). A token that the user gave is theirs, unless `also` asks for it;
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
        const why = error instanceof live_errors.VaultUnavailable ? error.message : 'the request failed.';
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
    if (answer.status === 200 && answer.data)
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
    const policies = policiesOf(data.policies, data.identity_policies);
    const expires = typeof data.expire_time === 'string' || Number(data.creation_ttl) > 0;
    return {
        lookedUp: true,
        type: data.type === 'batch' || data.type === 'service' ? data.type : login.type,
        policies,
        root: policies.includes('root'),
        numUses: Number(data.num_uses ?? 0),
        ttl: expires ? Number(data.ttl ?? 0) : undefined,
    };
}
function badToken(client, login) {
    const host = client.transport.address.host;
    const where = client.namespace ? ` in the Vault namespace ${client.namespace}` : '';
    const advice = login.ours
        ? 'It came from the login just made: check its TTL, its use limit and its bound CIDRs.'
        : 'Check vault-token: it may have expired, been revoked, be bound to other addresses, or belong to another server or namespace.';
    return new live_errors.VaultUnavailable('token', `Vault at ${host} does not accept the token${where} (403). ${advice}`);
}
function unexpected(answer) {
    return new live_errors.VaultUnavailable('token', `The token cannot be looked up: ${(0,live_answer/* sayAnswer */.sQ)('GET', 'auth/token/lookup-self', answer)}.`);
}

// EXTERNAL MODULE: external "node:http"
var external_node_http_ = __webpack_require__(7067);
// EXTERNAL MODULE: external "node:https"
var external_node_https_ = __webpack_require__(4708);
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
    return new live_errors.VaultUnavailable('oversize', `${host} sent an answer larger than ${size}; no answer of Vault is that large.`);
}

;// CONCATENATED MODULE: ./build/dist/state/live/pool.js
/** Runs at most `size` tasks at once; the others wait in order. */
function createPool(size) {
    let running = 0;
    const waiting = [];
    return async (task) => {
        if (running >= size)
            await new Promise((resolve) => waiting.push(resolve));
        else
            running += 1;
        try {
            return await task();
        }
        finally {
            // The place is handed over, not given back: a newcomer cannot overtake who waits.
            const next = waiting.shift();
            if (next)
                next();
            else
                running -= 1;
        }
    };
}

;// CONCATENATED MODULE: ./build/dist/state/live/retry.js
const FINAL = { retry: false };
const LONGEST_WAIT_MS = 60_000;
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
        return { retry: true, afterMs: Math.min(told, LONGEST_WAIT_MS), all: answer.status === 429 };
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
/** Milliseconds that `Retry-After` asks for, in either of its forms. */
function retryAfter(answer, now) {
    const header = answer.headers['retry-after'];
    if (!header)
        return undefined;
    if (/^\d+$/.test(header))
        return Number(header) * 1_000;
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
        return { error: new live_errors.VaultUnavailable('reset', sentence), retry: true };
    }
    if (trouble)
        return { error: new live_errors.VaultUnavailable(trouble.kind, trouble.sentence(host)), retry: trouble.retry };
    if (/CERTIFICATE_REQUIRED|HANDSHAKE_FAILURE|BAD_CERTIFICATE/.test(code)) {
        const sentence = `${host} refuses the TLS handshake (${code}). It may ask for a client certificate, which is not supported.`;
        return { error: new live_errors.VaultUnavailable('tls', sentence), retry: false };
    }
    if (/^(ERR_SSL|ERR_TLS|CERT_|CRL_)/.test(code)) {
        return { error: new live_errors.VaultUnavailable('tls', `No TLS connection to ${host} can be made (${code}).`), retry: false };
    }
    if (/^(HPE_|ERR_HTTP)/.test(code)) {
        const sentence = `${host} does not answer in HTTP (${code}). Check the scheme and port of vault-addr.`;
        return { error: new live_errors.VaultUnavailable('plain-http', sentence), retry: false };
    }
    return { error: new live_errors.VaultUnavailable('reset', `The connection to ${host} failed (${code}).`), retry: true };
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
    const limits = { agent, timeoutMs: options.timeoutMs ?? 15_000, maxBytes: options.maxBytes ?? 8 * 1024 * 1024 };
    const retrying = { retries: options.retries ?? 3, random: surroundings.random, now: surroundings.now };
    const inPool = createPool(options.concurrency ?? 8);
    let pausedUntil = 0;
    let failuresInARow = 0;
    async function wait(verdict) {
        if (verdict.all)
            pausedUntil = Math.max(pausedUntil, surroundings.now() + verdict.afterMs);
        else
            await surroundings.sleep(verdict.afterMs);
    }
    async function attempt(request, url, tries) {
        const pause = pausedUntil - surroundings.now();
        if (pause > 0)
            await surroundings.sleep(pause);
        let answer;
        try {
            answer = await exchange(toMessage(request, url), limits);
        }
        catch (error) {
            if (error instanceof live_errors.VaultUnavailable)
                throw error;
            const trouble = whyUnreachable(error, address);
            const verdict = trouble.retry ? judgeFailure(tries, retrying) : { retry: false };
            if (!verdict.retry)
                throw trouble.error;
            await wait(verdict);
            return attempt(request, url, tries + 1);
        }
        const verdict = judgeAnswer(answer, tries, retrying);
        if (!verdict.retry)
            return accept(request, url, address, answer);
        await wait(verdict);
        return attempt(request, url, tries + 1);
    }
    return {
        address,
        surroundings,
        close: () => agent.destroy(),
        send: (request) => inPool(async () => {
            const url = new URL(request.url);
            if (url.origin !== address.origin) {
                throw new live_errors.ForbiddenRequest(`A request to ${url.host} was stopped: only ${address.host} may be asked.`);
            }
            if (failuresInARow >= HOPELESS)
                throw new live_errors.VaultUnavailable('unreachable', `${address.host} stopped answering.`);
            try {
                const answer = await attempt(request, url, 1);
                failuresInARow = 0;
                return answer;
            }
            catch (error) {
                failuresInARow += 1;
                throw error;
            }
        }),
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
/** Parses a final answer; turns what is no answer of the API into a reason. */
function accept(request, url, address, answer) {
    const what = `${request.method} ${url.pathname.slice(address.pathname.replace(/\/$/, '').length).replace(/^\/v1\//, '')}`;
    const { status } = answer;
    if (status >= 300 && status < 400)
        throw new live_errors.VaultUnavailable('redirect', redirected(address, answer));
    if (isSealed(answer))
        throw new live_errors.VaultUnavailable('sealed', sealedSentence(address.host, answer));
    if (status === 400 &&
        /HTTP request to an HTTPS server|plain HTTP request was sent to HTTPS port/i.test(answer.text)) {
        throw new live_errors.VaultUnavailable('plain-http', `${address.host} speaks TLS: write vault-addr with https://.`);
    }
    const parsed = parseJson(answer.text);
    const errors = (0,live_answer/* isObject */.Gv)(parsed.value) ? (0,live_answer/* strings */.P$)(parsed.value.errors) : [];
    // sys/health uses statuses as states (vault.md §4.1); its body says which.
    if (url.pathname.endsWith('/v1/sys/health') && (0,live_answer/* isObject */.Gv)(parsed.value))
        return { status, body: parsed.value };
    if (status === 429) {
        const sentence = `${address.host} limits the rate of requests and went on to do so (${what} answered 429). Raise the quota for this token's path, or run fewer jobs at once.`;
        throw new live_errors.VaultUnavailable('rate-limited', sentence);
    }
    if (status >= 500 || status === 412) {
        const said = (0,live_answer/* toAnswer */.Gl)(status, { errors }).errors.join('; ');
        throw new live_errors.VaultUnavailable('server-error', `${what} answered ${status}${said ? ` (${said})` : ''} again and again.`);
    }
    if (!parsed.ok) {
        const kind = /^\s*</.test(answer.text) ? 'a web page' : 'something that is not JSON';
        const sentence = `${address.host} answered ${what} with ${kind} (status ${status}): this is not Vault's API. Check vault-addr, and that no login page or proxy stands before it.`;
        throw new live_errors.VaultUnavailable('not-vault', sentence);
    }
    return { status, body: parsed.value };
}
function parseJson(text) {
    if (text.trim() === '')
        return { ok: true, value: undefined };
    try {
        return { ok: true, value: JSON.parse(text) };
    }
    catch {
        return { ok: false, value: undefined };
    }
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
            warnings: isUnencrypted(address) ? [unencrypted(address)] : [],
            end: async (also) => {
                const revoked = await revokeToken(tokenClient.inNamespace(token.namespace), whole, also);
                transport.close();
                return revoked;
            },
        };
    }
    catch (error) {
        // A token that was just made must not outlive a start that failed.
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
        const why = error instanceof live_errors.LiveSettingsError ? error.message : 'the request could not be made.';
        return { revoked: false, warning: `The token was not revoked and lives until its TTL ends: ${why}` };
    }
}
function unencrypted(address) {
    return `vault-addr is http://${address.host}: the token travels unencrypted. Use https:// wherever the network is not yours alone.`;
}


/***/ })

};
