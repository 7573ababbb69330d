export const id = 130;
export const ids = [130];
export const modules = {

/***/ 1130:
/***/ ((__unused_webpack___webpack_module__, __webpack_exports__, __webpack_require__) => {

// ESM COMPAT FLAG
__webpack_require__.r(__webpack_exports__);

// EXPORTS
__webpack_require__.d(__webpack_exports__, {
  drift: () => (/* binding */ drift),
  isDrift: () => (/* binding */ isDrift)
});

;// CONCATENATED MODULE: ./build/dist/drift/unseen.js
/**
 * Parts that were asked for and that the server did not tell, a sentence each, for reasons other than a lacking right (those are
 * counted apart). Whoever says "clean" of what was not seen closes an issue that still stands (platform.md §4.3).
 */
function unseenParts(wanted, live) {
    const sentences = new Set();
    for (const [namespace, parts] of wanted) {
        const state = live.get(namespace);
        if (state === undefined)
            continue;
        const seen = [
            ...(parts.mounts ?? []).map((path) => state.mount(path)),
            ...(parts.authMounts ?? []).map((path) => state.authMount(path)),
            ...(parts.authConfig === true ? (parts.authMounts ?? []).map((path) => state.authConfig(path)) : []),
            ...(parts.roles ?? []).map((role) => state.role(role.authMount, role.name)),
            ...(parts.policies ?? []).map((name) => state.policy(name)),
            ...(parts.secrets ?? []).map(({ mount, key, version }) => state.secretFact(mount, key, version)),
        ];
        for (const one of seen)
            if (one?.presence === 'unknown')
                sentences.add(one.because);
        for (const { mount, path } of parts.finds ?? []) {
            const found = state.find(mount, path);
            if (found === undefined)
                continue;
            if ('names' in found) {
                if (found.incomplete !== undefined)
                    sentences.add(found.incomplete);
            }
            else
                sentences.add(found.because);
        }
    }
    return [...sentences];
}

// EXTERNAL MODULE: ./build/dist/report/outcome.js
var report_outcome = __webpack_require__(859);
// EXTERNAL MODULE: ./build/dist/rules/registry.js + 76 modules
var registry = __webpack_require__(9631);
// EXTERNAL MODULE: ./build/dist/rules/state-drift.js
var state_drift = __webpack_require__(8186);
// EXTERNAL MODULE: ./build/dist/settings/invalid-input.js
var invalid_input = __webpack_require__(8489);
// EXTERNAL MODULE: ./build/dist/setup/plan.js + 8 modules
var setup_plan = __webpack_require__(2836);
// EXTERNAL MODULE: ./build/dist/modes/check.js + 5 modules
var check = __webpack_require__(3768);
// EXTERNAL MODULE: ./build/dist/modes/look-for-drift.js + 11 modules
var look_for_drift = __webpack_require__(7118);
// EXTERNAL MODULE: ./build/dist/modes/prepare-setup.js + 3 modules
var prepare_setup = __webpack_require__(4964);
;// CONCATENATED MODULE: ./build/dist/modes/drift.js









/** So many parts that the server did not tell are named one by one. */
const UNSEEN_NAMED = 5;
/**
 * The full check of everything, and beside it what the server has otherwise than Git or the manifests say, what nothing uses, and
 * what ends soon. Whatever could not be seen makes the run incomplete: it is never drift, and never "clean" (platform.md §4.3).
 *
 * @throws InvalidInput when there is no server to compare with.
 */
async function drift(settings, deps) {
    if (deps.live === undefined && deps.incomplete.length === 0) {
        const why = settings.offlineBecause ?? 'No server was named.';
        throw new invalid_input/* InvalidInput */.o(`${why} Mode drift compares a server with Git: give \`vault-addr\` and a way to log in.`);
    }
    const setup = await (0,prepare_setup/* prepareSetup */.X)(settings, deps);
    const plan = (0,setup_plan/* makePlan */.C)({ ...setup.input, live: setup.gathered.live });
    const gathered = (0,look_for_drift/* withDrift */.sb)(settings, setup.gathered, deps, plan);
    const report = (0,check/* judge */.S4)(settings, deps, gathered, registry/* RULES */.y.map(turnedOn));
    const incomplete = [...report.incomplete, ...unseenSentences(gathered)];
    const drifted = report.findings.some(isDrift);
    const outcome = (0,report_outcome/* outcomeOf */.sG)({ findings: report.findings, failOn: settings.failOn, incomplete, drifted });
    return { report: { ...report, incomplete, outcome }, gathered };
}
/** Drift fails the run whatever `fail-on` says (design §3), unless the config makes the rule a note. */
function isDrift({ rule, severity }) {
    return rule === state_drift/* stateDrift */.H.id && severity !== 'note';
}
/** In drift the rules of hygiene are on; the config may still turn each of them off. */
function turnedOn(rule) {
    return { ...rule, optIn: false };
}
function unseenSentences({ wanted, live }) {
    const sentences = unseenParts(wanted, live);
    const more = sentences.length - UNSEEN_NAMED;
    return [...sentences.slice(0, UNSEEN_NAMED), ...(more > 0 ? [`And ${more} more parts could not be told.`] : [])];
}


/***/ })

};
