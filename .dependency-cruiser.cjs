// The direction of imports, enforced: domain <- table, mail, queue, payments, tokens <- invitations, billing, deletion <- http, worker
// <- functions <- infra. One rule for each direction.

// Without a TypeScript that has a compiler API, dependency-cruiser sees no .ts file and reports "no violations".
if (typeof require('typescript').transpileModule !== 'function') {
  throw new Error('dependency-cruiser needs a typescript package with a compiler API (6.x); without one it checks nothing.')
}

/** Rules of the form "whatever stands in `from` imports nothing that stands in `to`". */
const never = (name, comment, from, to) => ({ name, comment, severity: 'error', from: { path: from }, to: { path: to } })

/** @type {import('dependency-cruiser').IConfiguration} */
module.exports = {
  forbidden: [
    {
      name: 'no-circular',
      comment: 'Two modules that import each other are one module, and their load order is luck.',
      severity: 'error',
      from: {},
      to: { circular: true },
    },
    {
      name: 'no-unresolvable',
      comment: 'An import that leads nowhere is followed by no rule.',
      severity: 'error',
      from: {},
      to: { couldNotResolve: true },
    },
    {
      name: 'domain-is-pure',
      comment: 'Rules of the business import each other, zod and hashes; what they need of the world is handed to them.',
      severity: 'error',
      from: { path: '^shared/domain/' },
      to: { pathNot: ['^shared/domain/', '^node_modules/zod/', '^(node:)?(crypto|url)$'] },
    },
    never(
      'adapters-know-no-caller',
      'Table, mail, queue, payments and tokens serve any use case: a store never imports one.',
      '^shared/(table|mail|queue|payments|tokens)/',
      '^(functions|infra)/|^shared/(invitations|billing|deletion|http|worker|page)/',
    ),
    {
      name: 'adapters-are-apart',
      comment: 'An adapter knows its own service and the domain, no other adapter.',
      severity: 'error',
      from: { path: '^shared/(table|mail|queue|payments|tokens)/' },
      to: { path: '^shared/(table|mail|queue|payments|tokens)/', pathNot: '^shared/$1/' },
    },
    never(
      'use-cases-know-no-caller',
      'What invites, bills and deletes does so for any caller, over HTTP or not.',
      '^shared/(invitations|billing|deletion)/',
      '^(functions|infra)/|^shared/(http|worker|page)/',
    ),
    never(
      'invitations-and-billing-are-apart',
      'Two use cases that share something share it below them.',
      '^shared/invitations/',
      '^shared/(billing|deletion)/',
    ),
    never('billing-is-below-deletion', 'A deletion bills; billing deletes nothing.', '^shared/billing/', '^shared/(deletion|invitations)/'),
    never(
      'http-knows-no-noun',
      'The stack around every operation knows none of them.',
      '^shared/http/',
      '^(functions|infra|test)/|^shared/(mail|payments|invitations|billing|deletion|worker|page)/',
    ),
    never(
      'workers-know-no-http',
      'A queue or a schedule calls a worker, never a request.',
      '^shared/worker/',
      '^shared/(http|page|mail|payments|invitations|billing|deletion)/',
    ),
    never('shared-is-below', 'What is shared knows nothing of what shares it.', '^shared/', '^(functions|infra|test)/'),
    never('functions-are-below-infra', 'What an operation does is independent of how it is hosted.', '^functions/', '^(infra|test)/'),
    never('hosts-are-apart', 'AWS and the laptop host the same functions and know nothing of each other.', '^infra/aws/', '^infra/local/'),
    never(
      'the-laptop-knows-no-cloud',
      'AWS and the laptop host the same functions and know nothing of each other.',
      '^infra/local/',
      '^infra/(aws|operate|cost)/',
    ),
    never('infra-ships-no-test', 'Only tests import tests.', '^infra/', '^test/'),
    {
      name: 'no-tools-in-production',
      comment: 'functions/ and shared/ are what is deployed: they import dependencies, not devDependencies (types are erased).',
      severity: 'error',
      from: { path: '^(functions|shared)/' },
      to: { dependencyTypes: ['npm-dev'], dependencyTypesNot: ['type-only'], pathNot: '^node_modules/@types/' },
    },
    {
      name: 'no-undeclared-package',
      comment: 'A package that package.json does not name is there by chance.',
      severity: 'error',
      from: {},
      to: { dependencyTypes: ['npm-no-pkg', 'npm-unknown'] },
    },
  ],
  options: {
    doNotFollow: { path: 'node_modules' },
    tsConfig: { fileName: 'tsconfig.json' },
    tsPreCompilationDeps: true,
    enhancedResolveOptions: { exportsFields: ['exports'], conditionNames: ['import', 'node', 'default', 'types'] },
  },
}
