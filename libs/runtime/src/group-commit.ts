/**
 * Folds requests for the same thing into one piece of work: while it runs, those that arrive wait, and the next piece of
 * work takes all of them at once, in the order in which they came. So a hot row is written once for many callers, and each
 * is answered after the commit that its request is part of.
 */
export class GroupCommit<Request, Answer> {
  private readonly waiting = new Map<string, Waiting<Request, Answer>[]>();

  /** `work` answers every request of the group, in their order, or fails for all of them. */
  constructor(
    private readonly work: (key: string, requests: Request[]) => Promise<Answer[]>,
    private readonly most: number,
  ) {}

  ask(key: string, request: Request): Promise<Answer> {
    return new Promise((resolve, reject) => {
      const waiting = this.waiting.get(key);
      if (waiting) waiting.push({ request, resolve, reject });
      else {
        this.waiting.set(key, [{ request, resolve, reject }]);
        void this.run(key);
      }
    });
  }

  private async run(key: string): Promise<void> {
    for (let queue = this.waiting.get(key); queue && queue.length > 0; queue = this.waiting.get(key)) {
      // Who comes in the same turn of the event loop belongs to the first group already.
      await Promise.resolve();
      const group = queue.splice(0, this.most);
      try {
        const answers = await this.work(
          key,
          group.map(({ request }) => request),
        );
        for (const [index, { resolve }] of group.entries()) resolve(answers[index] as Answer);
      } catch (error) {
        for (const { reject } of group) reject(error);
      }
    }
    this.waiting.delete(key);
  }
}

interface Waiting<Request, Answer> {
  request: Request;
  resolve: (answer: Answer) => void;
  reject: (error: unknown) => void;
}
