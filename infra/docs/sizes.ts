import { sizesOf } from '../aws/bundle/sizes.ts'
import { lists } from '../aws/lists.ts'

const kib = (bytes: number): string => (bytes / 1024).toFixed(0).padStart(6)

/**
 * Prints each function's bundle in KiB beside the bare clients that it needs, bundled the same way, with all of the AWS SDK and without
 * what no Lambda function can use: `npm run sizes`.
 */
console.log('   KiB   bare  ratio   lean')
for (const { name, bytes, bareBytes, leanBytes } of (await sizesOf(lists)).sort((one, other) => other.bytes - one.bytes))
  console.log(`${kib(bytes)} ${kib(bareBytes)} ${(bytes / bareBytes).toFixed(2).padStart(6)} ${kib(leanBytes)}  ${name}`)
