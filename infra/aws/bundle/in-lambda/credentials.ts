/** The variables by which Lambda hands a function its role: https://docs.aws.amazon.com/lambda/latest/dg/configuration-envvars.html */
const names = { accessKeyId: 'AWS_ACCESS_KEY_ID', secretAccessKey: 'AWS_SECRET_ACCESS_KEY', sessionToken: 'AWS_SESSION_TOKEN' } as const

/**
 * Stands in a bundle for `@aws-sdk/credential-provider-node`, whose chain also asks profiles, SSO, a command, web identity and the
 * metadata of EC2, none of which a Lambda function has. Lambda sets the variables once for the life of a process and ends the process
 * before they expire, so they are read when a client first signs and are good until then. Throws one line that names each variable that
 * is missing.
 */
export const defaultProvider = () => async () => {
  const { AWS_ACCESS_KEY_ID: accessKeyId, AWS_SECRET_ACCESS_KEY: secretAccessKey, AWS_SESSION_TOKEN: sessionToken } = process.env
  if (accessKeyId && secretAccessKey && sessionToken) return { accessKeyId, secretAccessKey, sessionToken }
  const missing = Object.values(names).filter((name) => !process.env[name])
  throw Object.assign(new Error(`Credentials: ${missing.join(', ')} missing`), { name: 'CredentialsProviderError' })
}
