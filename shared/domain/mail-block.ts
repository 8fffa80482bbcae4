export interface MailBlock {
  readonly reason: 'bounced' | 'complained'
  readonly until: string
}
