/** A browser without scripts: follows no redirect by itself, keeps cookies, sends forms. */
export class Browser {
  readonly #cookies = new Map<string, string>()

  async open(url: string, form?: Record<string, string>): Promise<Response> {
    const cookie = [...this.#cookies].map(([name, value]) => `${name}=${value}`).join('; ')
    const body = form && { method: 'POST', body: new URLSearchParams(form) }
    const response = await fetch(url, { redirect: 'manual', headers: { cookie, accept: 'text/html' }, ...body })
    for (const line of response.headers.getSetCookie()) this.#keep(line)
    return response
  }

  /** Opens a page and follows its redirects, up to the first address that is not on `origin`, or the first page that is none. */
  async follow(url: string, origin: string): Promise<{ url: string; response?: Response }> {
    if (!url.startsWith(origin)) return { url }
    const response = await this.open(url)
    const location = response.headers.get('location')
    return location ? await this.follow(new URL(location, url).href, origin) : { url, response }
  }

  #keep(line: string): void {
    const [pair = ''] = line.split(';')
    const [name = '', ...value] = pair.split('=')
    if (/expires=Thu, 01 Jan 1970/i.test(line)) this.#cookies.delete(name)
    else this.#cookies.set(name, value.join('='))
  }
}
