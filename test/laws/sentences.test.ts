import { globSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import ts from 'typescript'
import { expect, test } from 'vitest'
import { flawOf } from '#test/support/sentences.ts'

const root = join(import.meta.dirname, '../..')

/** Whatever makes a refusal, with the place of its sentence among the arguments. */
const makers: Readonly<Record<string, number>> = { Refusal: 1, invalid: 1, invalidRequest: 0, forbidden: 0 }

/** A text as it may be sent; undefined where it comes from elsewhere. What is put into it is taken for a number. */
function textOf(node: ts.Expression | undefined): string | undefined {
  if (!node) return undefined
  if (ts.isStringLiteralLike(node)) return node.text
  if (!ts.isTemplateExpression(node)) return undefined
  // What stands first may be anything that begins a sentence.
  const first = node.head.text === '' ? 'Something' : node.head.text
  return first + node.templateSpans.map(({ literal }, i) => (i === 0 && node.head.text === '' ? '' : '7') + literal.text).join('')
}

function sentencesIn(file: string): { text: string; line: number }[] {
  const source = ts.createSourceFile(file, readFileSync(join(root, file), 'utf8'), ts.ScriptTarget.Latest, true)
  const found: { text: string; line: number }[] = []
  const note = (node: ts.Expression | undefined) => {
    const text = textOf(node)
    if (text !== undefined && node) found.push({ text, line: source.getLineAndCharacterOfPosition(node.getStart()).line + 1 })
  }
  const visit = (node: ts.Node): void => {
    if ((ts.isNewExpression(node) || ts.isCallExpression(node)) && ts.isIdentifier(node.expression)) {
      const place = makers[node.expression.text]
      if (place !== undefined) note(node.arguments?.[place])
    }
    if (ts.isPropertyAssignment(node) && ts.isIdentifier(node.name) && node.name.text === 'detail') note(node.initializer)
    if (ts.isVariableDeclaration(node) && ts.isIdentifier(node.name) && node.name.text === 'detail') note(node.initializer)
    ts.forEachChild(node, visit)
  }
  visit(source)
  return found
}

const files = globSync(['functions/**/*.ts', 'shared/**/*.ts', 'infra/local/{faults,guard}.ts', 'infra/local/gateway/*.ts'], { cwd: root })
const sentences = files.flatMap((file) => sentencesIn(file).map(({ text, line }) => [`${file}:${line}`, text] as const))

test('the refusals in the source are found', () => {
  expect(sentences.length).toBeGreaterThan(50)
})

test.each(sentences)('%s refuses in a sentence: %s', (_, text) => {
  expect(flawOf(text)).toBeUndefined()
})

test.each([
  ['no full stop', 'Send a number'],
  ['no capital letter', 'send a number.'],
  ['a placeholder', 'Send a month as YYYY-MM.'],
  ['nothing', 'You have undefined keys.'],
  ['an object', 'You have [object Object].'],
  ['no number', 'You have NaN keys.'],
  ['words of a library', 'Invalid input: expected string, received number.'],
  ['words of a library', 'Too small: expected string to have >=1 characters.'],
  ['words of a library', 'Unrecognized key: "x".'],
])('%s is no sentence for a reader: %s', (_, text) => {
  expect(flawOf(text)).toBeDefined()
})
