// Stands between the application and a program, passes everything on as it is, and remembers which calls were made. Of
// those it keeps method, path and status; bodies, headers and queries hold secrets, and go through unread.
import { createServer, request, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';

export class Relay {
  /** The calls since the last `forget`, such as `POST /token 200`, in the order in which their answers began. */
  readonly calls: string[] = [];

  private constructor(
    private readonly server: Server,
    private readonly program: string,
  ) {}

  /** One in front of the program at this address. */
  static async start(program: string): Promise<Relay> {
    const server = createServer();
    const relay = new Relay(server, program);
    server.on('request', (asked, answer) => relay.pass(asked, answer));
    await new Promise<void>((done) => server.listen(0, '127.0.0.1', done));
    return relay;
  }

  get url(): string {
    return `http://127.0.0.1:${(this.server.address() as AddressInfo).port}`;
  }

  /** Starts a new list. */
  forget(): void {
    this.calls.length = 0;
  }

  async stop(): Promise<void> {
    this.server.closeAllConnections();
    await new Promise((done) => this.server.close(done));
  }

  private pass(asked: IncomingMessage, answer: ServerResponse): void {
    const { method, headers, url = '/' } = asked;
    const path = url.split('?')[0];
    // A connection for each call: one that is kept could end just as it is used again.
    const onward = request(this.program + url, { method, headers, agent: false }, (came) => {
      this.calls.push(`${method} ${path} ${came.statusCode}`);
      answer.writeHead(came.statusCode ?? 502, came.rawHeaders);
      came.pipe(answer);
    });
    onward.on('error', () => {
      this.calls.push(`${method} ${path} lost`);
      answer.destroy();
    });
    asked.pipe(onward);
  }
}
