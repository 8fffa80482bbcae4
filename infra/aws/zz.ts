import { mkdtempSync, statSync } from 'node:fs'
import { operations } from '#functions/operations.ts'
import { workers } from '#functions/workers.ts'
import { bundle } from './bundle/bundle.ts'
import { operationEntry, workerEntry, notFoundEntry } from './bundle/entries.ts'
const dir = mkdtempSync('/tmp/bundle-')
console.time('b')
const bare = (name: string, lines: string[]) => ({ name, source: lines.join('\n') })
const doc = `import { DynamoDBClient } from '@aws-sdk/client-dynamodb'
import { DynamoDBDocumentClient, BatchGetCommand, QueryCommand, TransactWriteCommand, UpdateCommand } from '@aws-sdk/lib-dynamodb'
export const t = [DynamoDBDocumentClient.from(new DynamoDBClient({})), BatchGetCommand, QueryCommand, TransactWriteCommand, UpdateCommand]`
const sqs = `import { SQSClient, SendMessageBatchCommand } from '@aws-sdk/client-sqs'\nexport const q = [new SQSClient({}), SendMessageBatchCommand]`
const ses = `import { SESClient, SendEmailCommand } from '@aws-sdk/client-ses'\nexport const e = [new SESClient({}), SendEmailCommand]`
const stripe = `import Stripe from 'stripe'\nexport const s = new Stripe('x')`
const entries = [...operations.map(operationEntry), ...workers.map(workerEntry), notFoundEntry, bare('b-doc',[doc]), bare('b-doc-sqs',[doc,sqs]), bare('b-doc-ses',[doc,ses]), bare('b-doc-stripe',[doc,stripe]), bare('b-doc-sqs-stripe',[doc,sqs,stripe]), bare('b-all', [doc,sqs,ses,stripe]), bare('b-zod', [`import * as z from 'zod'\nexport const s = z.object({a: z.string()})`])]
const meta = await bundle(entries, dir)
console.timeEnd('b')
const { writeFileSync } = await import('node:fs')
writeFileSync('/tmp/meta.json', JSON.stringify(meta))
for (const { name } of entries) console.log(name, Math.round(statSync(`${dir}/${name}/index.mjs`).size / 1024))
console.log(dir)
