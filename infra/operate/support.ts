import { isId } from '#shared/domain/ids.ts'
import { command, onlyWord, Trouble } from './command.ts'
import { supportReport } from './support-report.ts'
import { openTargetTable, targetOptions } from './target.ts'

const help = `
npm run support -- WORKSPACE_ID [--url URL | --stage STAGE | --table NAME]

Prints what support needs to know about a workspace: status, counts, what happened to its invitation e-mails, the steps of its deletion,
its invoices. It changes nothing, shows no secret, and masks e-mail addresses.

  --url URL      a running local service (default: http://127.0.0.1:3000)
  --stage STAGE  the deployed table of a stage; needs dynamodb:ListTables in addition to the next line
  --table NAME   a deployed table; needs dynamodb:BatchGetItem and dynamodb:Query on it

Deployed tables are read with your own AWS credentials and region (AWS_PROFILE, AWS_REGION).
`

await command(help, targetOptions, async ({ options, words }) => {
  const id = onlyWord(words, 'workspace id (ws_…)')
  if (!isId('ws', id)) throw new Trouble(`"${id}" is not a workspace id, which is ws_ followed by 26 letters and digits`)
  const report = await supportReport(await openTargetTable(options), id)
  if (!report) throw new Trouble(`There is no workspace ${id} here, nor was there ever one`)
  console.log(report.join('\n'))
})
