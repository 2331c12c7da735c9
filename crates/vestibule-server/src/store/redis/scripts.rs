//! The scripts that run inside the store, each atomic, and their keys and arguments.

use std::time::Duration;

use redis::{Script, ScriptInvocation};

use super::unsent::End;
use crate::config::Quota;
use crate::record::SessionId;
use crate::store::{Bucket, Guessed, Identity, Keep, LONGEST_GUESS, SessionKey, Whose};

/// The session was ended.
pub(super) const ENDED: u8 = 1;
/// An older generation, whose refresh token is spent.
pub(super) const SPENT: u8 = 2;
/// Ended or spent.
pub(super) const GONE: u8 = 3;
/// Another holds the lease.
pub(super) const BUSY: u8 = 4;
/// There is a result.
pub(super) const LANDED: u8 = 5;

/// What every script knows: whether a session is ended or spent. `KEYS` 1 to 6 are the marks, of which 2, 3, 5 and 6 end
/// what began before them; `ARGV` 1 and 2 are the session's beginning and generation.
const STANDING: &str = "
local function standing()
  local marks = redis.call('MGET', KEYS[1], KEYS[2], KEYS[3], KEYS[4], KEYS[5], KEYS[6])
  local begun, generation = tonumber(ARGV[1]), tonumber(ARGV[2])
  if marks[1] then return 1 end
  for _, before in ipairs({2, 3, 5, 6}) do
    if marks[before] and begun <= tonumber(marks[before]) then return 1 end
  end
  if marks[4] and generation < tonumber(marks[4]) then return 2 end
  return 0
end
";

const LOOK_UP: &str = "
return {standing(), redis.call('GET', KEYS[7])}
";

/// A record that is ended goes too.
const END: &str = "
redis.call('SET', KEYS[1], '1', 'PX', ARGV[1])
redis.call('DEL', KEYS[2])
return 0
";

/// The later moment counts, and the longer life.
const END_BEFORE: &str = "
local before, life = tonumber(redis.call('GET', KEYS[1]) or ARGV[1]), redis.call('PTTL', KEYS[1])
local moment = ARGV[1]
if before > tonumber(moment) then moment = string.format('%.0f', before) end
if life < tonumber(ARGV[2]) then life = ARGV[2] end
redis.call('SET', KEYS[1], moment, 'PX', life)
return 0
";

/// A result comes first: a generation that is spent has one, within the grace. A failure counts until its time is over.
const START_FLIGHT: &str = "
local landing = redis.call('GET', KEYS[7])
if landing then
  local failed = cjson.decode(landing).failed
  if not failed or failed.again_at > tonumber(ARGV[5]) then return {5, landing} end
end
if standing() ~= 0 then return {3, false} end
if not redis.call('SET', KEYS[8], ARGV[3], 'NX', 'PX', ARGV[4]) then return {4, false} end
return {0, landing}
";

const FINISH_FLIGHT: &str = "
if redis.call('GET', KEYS[8]) == ARGV[3] then redis.call('DEL', KEYS[8]) end
if standing() == 1 then return {1, false} end
local landing = redis.call('GET', KEYS[7])
if landing and cjson.decode(landing).renewed then return {5, landing} end
redis.call('SET', KEYS[7], ARGV[4], 'PX', ARGV[5])
if ARGV[6] ~= '' then redis.call('SET', KEYS[4], ARGV[7], 'PX', ARGV[6]) end
return {0, false}
";

const DELIVERED: &str = "
if redis.call('PTTL', KEYS[1]) > tonumber(ARGV[1]) then redis.call('PEXPIRE', KEYS[1], ARGV[1]) end
return 0
";

const PUT_RECORD: &str = "
if standing() == 1 then return 0 end
local there = redis.call('GET', KEYS[7])
if there and tonumber(string.match(there, '^%d+')) > tonumber(ARGV[2]) then return 0 end
redis.call('SET', KEYS[7], ARGV[2] .. ' ' .. ARGV[3], 'PX', ARGV[4])
return 0
";

const RECORD: &str = "
local there = redis.call('GET', KEYS[1])
return there and string.match(there, '^%d+ (.*)$')
";

const SPEND: &str = "
return redis.call('SET', KEYS[1], '1', 'NX', 'PX', ARGV[1]) and 1 or 0
";

/// What both scripts know of a bucket. The life of `KEYS` 1 is as many steps as there were wrong guesses; `KEYS` 2 has those under
/// way, each with the moment when it is taken to be over, by the store's clock. `ARGV`: how many may be wrong, the step (ms), and
/// whose guess it is.
const GUESSING: &str = "
local most, step, holder = tonumber(ARGV[1]), tonumber(ARGV[2]), ARGV[3]
local ahead = math.max(0, redis.call('PTTL', KEYS[1]))
if ahead > most * step then
  ahead = most * step
  redis.call('PEXPIRE', KEYS[1], ahead)
end
local time = redis.call('TIME')
local now = tonumber(time[1]) * 1000 + math.floor(tonumber(time[2]) / 1000)
redis.call('ZREM', KEYS[2], holder)
redis.call('ZREMRANGEBYSCORE', KEYS[2], '-inf', now)
";

/// `ARGV` 4: the longest guess (ms). The answer: 0 may, -1 waits for those under way, else the time to wait (ms).
const START_GUESS: &str = "
local wrong = math.ceil(ahead / step)
if wrong >= most then return math.max(1, ahead - (most - 1) * step) end
if wrong + redis.call('ZCARD', KEYS[2]) >= most then return -1 end
redis.call('ZADD', KEYS[2], now + tonumber(ARGV[4]), holder)
redis.call('PEXPIRE', KEYS[2], ARGV[4])
return 0
";

/// `ARGV` 4: what came of it.
const FINISH_GUESS: &str = "
if ARGV[4] == 'wrong' then
  redis.call('SET', KEYS[1], '1', 'PX', math.min(ahead + step, most * step))
elseif ARGV[4] == 'right' then
  redis.call('DEL', KEYS[1])
end
return 0
";

/// The scripts, with the hashes by which the store knows them.
pub(super) struct Scripts {
    look_up: Script,
    end: Script,
    end_before: Script,
    start_flight: Script,
    finish_flight: Script,
    delivered: Script,
    put_record: Script,
    record: Script,
    spend: Script,
    start_guess: Script,
    finish_guess: Script,
}

impl Default for Scripts {
    fn default() -> Self {
        let with_standing = |code: &str| Script::new(&[STANDING, code].concat());
        Self {
            look_up: with_standing(LOOK_UP),
            end: Script::new(END),
            end_before: Script::new(END_BEFORE),
            start_flight: with_standing(START_FLIGHT),
            finish_flight: with_standing(FINISH_FLIGHT),
            delivered: Script::new(DELIVERED),
            put_record: with_standing(PUT_RECORD),
            record: Script::new(RECORD),
            spend: Script::new(SPEND),
            start_guess: Script::new(&[GUESSING, START_GUESS].concat()),
            finish_guess: Script::new(&[GUESSING, FINISH_GUESS].concat()),
        }
    }
}

impl Scripts {
    pub(super) fn look_up(&self, key: &SessionKey) -> ScriptInvocation<'_> {
        let mut invocation = marked(&self.look_up, key);
        invocation.key(landing(key));
        invocation
    }

    pub(super) fn end(&self, what: &End, life: Duration) -> ScriptInvocation<'_> {
        match what {
            End::Session(id) => {
                let mut invocation = self.end.prepare_invoke();
                invocation.key(ended(id)).key(record(id)).arg(millis(life));
                invocation
            }
            End::Before(whose, moment) => {
                let mut invocation = self.end_before.prepare_invoke();
                let whose = match whose {
                    Whose::Of(identity) => Some(identity),
                    Whose::All => None,
                };
                invocation.key(before(whose)).arg(*moment).arg(millis(life));
                invocation
            }
        }
    }

    pub(super) fn start_flight(
        &self,
        key: &SessionKey,
        holder: &str,
        lease: Duration,
        now_millis: i64,
    ) -> ScriptInvocation<'_> {
        let mut invocation = marked(&self.start_flight, key);
        invocation.key(landing(key)).key(lease_of(key)).arg(holder).arg(millis(lease)).arg(now_millis);
        invocation
    }

    pub(super) fn finish_flight(
        &self,
        key: &SessionKey,
        holder: &str,
        result: &str,
        keep: Keep,
    ) -> ScriptInvocation<'_> {
        let mut invocation = marked(&self.finish_flight, key);
        invocation.key(landing(key)).key(lease_of(key));
        invocation.arg(holder).arg(result).arg(millis(keep.result));
        invocation.arg(keep.spent.map_or_else(String::new, |life| millis(life).to_string())).arg(key.generation + 1);
        invocation
    }

    pub(super) fn delivered(&self, key: &SessionKey, grace: Duration) -> ScriptInvocation<'_> {
        let mut invocation = self.delivered.prepare_invoke();
        invocation.key(landing(key)).arg(millis(grace));
        invocation
    }

    pub(super) fn put_record(&self, key: &SessionKey, sealed: &str, life: Duration) -> ScriptInvocation<'_> {
        let mut invocation = marked(&self.put_record, key);
        invocation.key(record(&key.id)).arg(sealed).arg(millis(life));
        invocation
    }

    /// `mark`: a hash, which tells nobody anything.
    pub(super) fn spend(&self, mark: &str, life: Duration) -> ScriptInvocation<'_> {
        let mut invocation = self.spend.prepare_invoke();
        invocation.key(format!("vestibule:used:{mark}")).arg(millis(life));
        invocation
    }

    pub(super) fn start_guess(&self, bucket: &Bucket, quota: Quota, holder: &str) -> ScriptInvocation<'_> {
        let mut invocation = guessed(&self.start_guess, bucket, quota, holder);
        invocation.arg(millis(LONGEST_GUESS));
        invocation
    }

    pub(super) fn finish_guess(
        &self,
        bucket: &Bucket,
        quota: Quota,
        holder: &str,
        outcome: Guessed,
    ) -> ScriptInvocation<'_> {
        let mut invocation = guessed(&self.finish_guess, bucket, quota, holder);
        invocation.arg(match outcome {
            Guessed::Wrong => "wrong",
            Guessed::Right => "right",
            Guessed::Nothing => "nothing",
        });
        invocation
    }

    pub(super) fn record(&self, id: &SessionId) -> ScriptInvocation<'_> {
        let mut invocation = self.record.prepare_invoke();
        invocation.key(record(id));
        invocation
    }
}

/// An invocation with the six marks as its first keys, and beginning and generation as its first arguments.
fn marked<'a>(script: &'a Script, key: &SessionKey) -> ScriptInvocation<'a> {
    let mut invocation = script.prepare_invoke();
    // A session of nobody has the mark of nobody, which is never set.
    let of = |whose: &Option<Identity>| {
        whose.as_ref().map_or_else(|| "vestibule:before:-".to_owned(), |it| before(Some(it)))
    };
    invocation.key(ended(&key.id)).key(of(&key.identity)).key(before(None));
    invocation.key(format!("vestibule:spent:{}", key.id.for_store()));
    for owner in &key.also {
        invocation.key(of(owner));
    }
    invocation.arg(key.begun_millis).arg(key.generation);
    invocation
}

/// An invocation with the two counts of a bucket as its keys, and its quota and whose guess it is as its first arguments.
fn guessed<'a>(script: &'a Script, bucket: &Bucket, quota: Quota, holder: &str) -> ScriptInvocation<'a> {
    let mut invocation = script.prepare_invoke();
    invocation
        .key(format!("vestibule:wrong:{}", bucket.as_str()))
        .key(format!("vestibule:guessing:{}", bucket.as_str()));
    invocation.arg(quota.most()).arg(millis(quota.step())).arg(holder);
    invocation
}

fn ended(id: &SessionId) -> String {
    format!("vestibule:ended:{}", id.for_store())
}

fn before(whose: Option<&Identity>) -> String {
    format!("vestibule:before:{}", whose.map_or("*", Identity::as_str))
}

fn landing(key: &SessionKey) -> String {
    format!("vestibule:landing:{}:{}", key.id.for_store(), key.generation)
}

fn lease_of(key: &SessionKey) -> String {
    format!("vestibule:lease:{}:{}", key.id.for_store(), key.generation)
}

fn record(id: &SessionId) -> String {
    format!("vestibule:record:{}", id.for_store())
}

/// Redis takes no life of 0 ms.
fn millis(life: Duration) -> u64 {
    u64::try_from(life.as_millis()).unwrap_or(u64::MAX).clamp(1, 1 << 53)
}
