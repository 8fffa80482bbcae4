import { isId } from '#shared/domain/ids.ts'
import { command, Trouble } from './command.ts'
import { deleteAgain, standingOf } from './deleting-again.ts'
import { openTargetTable, targetOptions } from './target.ts'

const help = `
npm run delete-again -- WORKSPACE_ID… --yes [--url URL | --stage STAGE | --table NAME]

After you have restored a backup: deletes workspaces that were deleted after the backup was taken and are now back. Nobody gets in any
more, the scheduled sweep purges the data, and nothing is billed. Without --yes it only prints which workspaces these are.
docs/deployment.md says when you need this, and how to find them. You can repeat it.

  --yes          do it: active workspaces among them are erased for good, without an invoice

  --url URL      a running local service (default: http://127.0.0.1:3000)
  --stage STAGE  the deployed table of a stage; needs dynamodb:ListTables in addition to the next line
  --table NAME   a table; needs dynamodb:BatchGetItem, dynamodb:UpdateItem and dynamodb:PutItem on it

Deployed tables are changed with your own AWS credentials and region (AWS_PROFILE, AWS_REGION).
`

await command(help, { ...targetOptions, yes: { type: 'boolean' } }, async ({ options, words }) => {
  const wrong = words.filter((word) => !isId('ws', word))
  if (words.length === 0) throw new Trouble('Name the workspaces by their ids (see --help)')
  if (wrong.length > 0) throw new Trouble(`These are no workspace ids, nothing was done: ${wrong.join(', ')}`)
  const table = await openTargetTable(options)
  for (const id of words) console.log(`${id} ${options.yes ? await deleteAgain(table, id, new Date()) : await standingOf(table, id)}`)
  if (!options.yes) console.log('Nothing was done. With --yes those that are alive are erased, without an invoice.')
})
