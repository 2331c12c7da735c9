// A browser without a window: it keeps cookies, and sends what a browser sends with a form.
import { Agent, request } from 'node:http';

export interface Answer {
  status: number;
  headers: Record<string, string | string[] | undefined>;
  text: string;
}

const agent = new Agent({ keepAlive: true, maxSockets: 128 });

/** One request, with exactly these cookies; nothing is kept. `host` is what the browser has in its address bar. */
export async function ask(url: string, host: string, cookie: string, form?: Record<string, string>): Promise<Answer> {
  return await new Promise((done, fail) => {
    const headers: Record<string, string> = { host, cookie };
    if (form) Object.assign(headers, { origin: `http://${host}`, 'content-type': 'application/x-www-form-urlencoded' });
    const asked = request(url, { agent, method: form ? 'POST' : 'GET', headers, timeout: 20_000 }, (response) => {
      let text = '';
      response.setEncoding('utf8');
      response.on('data', (chunk) => (text += String(chunk)));
      response.on('end', () => done({ status: response.statusCode ?? 0, headers: response.headers, text }));
      response.on('error', fail);
    });
    asked.on('timeout', () => asked.destroy(new Error(`no answer from ${url}`)));
    asked.on('error', fail);
    asked.end(form ? new URLSearchParams(form).toString() : undefined);
  });
}

export class Visitor {
  private readonly jar = new Map<string, string>();

  constructor(private readonly site: string) {}

  /** What the browser would send now. */
  get cookie(): string {
    return [...this.jar].map(([name, value]) => `${name}=${value}`).join('; ');
  }

  async get(path: string): Promise<Answer> {
    return this.keep(await ask(this.site + path, new URL(this.site).host, this.cookie));
  }

  async post(path: string, form: Record<string, string>): Promise<Answer> {
    return this.keep(await ask(this.site + path, new URL(this.site).host, this.cookie, form));
  }

  async signIn(password = 'right'): Promise<Answer> {
    return await this.post('/login', { username: 'mira@example.com', password });
  }

  /** Takes what a response sets and clears, in the order in which responses arrive. */
  keep(answer: Answer): Answer {
    for (const line of [answer.headers['set-cookie'] ?? []].flat()) {
      const [, name = '', value = ''] = /^([^=]+)=([^;]*)/.exec(line) ?? [];
      if (/max-age=0/i.test(line)) this.jar.delete(name);
      else this.jar.set(name, value);
    }
    return answer;
  }
}
