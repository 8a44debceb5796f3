/* SPDX-License-Identifier: Apache-2.0 */
/* The contents of a cache: which keys are there, until when, and when each was last used. 16 bytes a key, whether
   it is there or not, so that hits, misses, expiry and eviction follow from what was asked, key by key. Times are
   32-bit stamps in ticks of at least a millisecond. The values themselves are only sizes. */
#include "maths.h"
#include "model.h"

#include <math.h>
#include <string.h>

enum policy { /* in the order of the choice in elasticache_redis.c */
              VOLATILE_LRU,
              ALLKEYS_LRU,
              VOLATILE_LFU,
              ALLKEYS_LFU,
              VOLATILE_RANDOM,
              ALLKEYS_RANDOM,
              VOLATILE_TTL,
              NOEVICTION
};

struct redis_keys;
struct redis_keys_count {
    int64_t hits, misses, evictions, expired, lost;
    struct gauge memory; /* bytes */
};

struct redis_keys *redis_keys_open(struct node *node, int spaces, int64_t count, double memory, int policy);
void redis_keys_space(struct redis_keys *keys, int64_t count, double zipf, double ttl, double bytes);
struct redis_keys_count *redis_keys_count(struct redis_keys *keys);
uint32_t redis_keys_draw(const struct redis_keys *keys, int space, struct stream *stream);
void redis_keys_fetch(const struct redis_keys *keys, int space, uint32_t key);
bool redis_keys_get(struct redis_keys *keys, int space, uint32_t key);
bool redis_keys_set(struct redis_keys *keys, int space, uint32_t key, bool populates);
bool redis_keys_delete(struct redis_keys *keys, int space, uint32_t key);
bool redis_keys_holds(struct redis_keys *keys, int space, uint32_t key);
int64_t redis_keys_lose(struct redis_keys *keys, double seconds);
void redis_keys_clear(struct redis_keys *keys);
void redis_keys_expire(struct redis_keys *keys);
void redis_keys_warm(struct redis_keys *keys);

/* ---- Popularity -------------------------------------------------------------------------------------- */

/* Zipf's law over ranks 1 .. n: P(r) ~ r^-s. Ranks are grouped into bins over which r^-s falls by at most 2 %. A draw
   takes a bin by its envelope (the weight of its first rank times its width) from an alias table (Walker 1977,
   Vose 1991), a rank in it evenly, and rejects by the true weight; under the squeeze, the weight of the bin's last
   rank, it need not be computed (Devroye 1986, II.3). Exact, and the tables stay in the first cache. */
struct bin {
    uint32_t first, width; /* ranks first .. first + width - 1 */
    uint32_t keep;         /* of 2^32: below it the bin drawn is kept, else its alias is taken */
    uint32_t alias;
    double squeeze; /* weight of the last rank over that of the first */
    double share;   /* mean probability of one rank in it */
};

struct zipf {
    struct bin *bin;
    uint32_t bins;
    double exponent;
};

static const double bin_fall = 1.02;

static uint32_t bin_width(uint32_t first, uint32_t count, double exponent)
{
    double width =
        exponent > 0.0 ? (double)first * (maths_pow(bin_fall, 1.0 / exponent) - 1.0) : (double)count;
    double left = (double)(count - first + 1);
    return width < 1.0 ? 1 : (uint32_t)fmin(width, left);
}

static double weight(double rank, double exponent)
{
    return exponent == 0.0 ? 1.0 : maths_pow(rank, -exponent);
}

/* Vose's way of building the alias table: bins that need more than the mean lend to those that need less. */
static void build_alias(struct zipf *zipf, double *need, uint32_t *stack)
{
    uint32_t small = 0, large = zipf->bins;
    for (uint32_t i = 0; i < zipf->bins; i++) {
        stack[need[i] < 1.0 ? small++ : --large] = i;
    }
    while (small > 0 && large < zipf->bins) {
        uint32_t poor = stack[--small], rich = stack[large];
        zipf->bin[poor].keep = (uint32_t)fmin(need[poor] * 0x1p32, 0x1p32 - 1.0);
        zipf->bin[poor].alias = rich;
        need[rich] -= 1.0 - need[poor];
        if (need[rich] < 1.0) {
            large++;
            stack[small++] = rich;
        }
    }
}

static void zipf_open(struct zipf *zipf, struct node *node, uint32_t count, double exponent)
{
    zipf->exponent = exponent;
    for (uint32_t first = 1; first <= count; zipf->bins++) {
        first += bin_width(first, count, exponent);
    }
    zipf->bin = node_array(node, struct bin, zipf->bins);
    double *need = node_array(node, double, zipf->bins), envelope = 0.0, total = 0.0;
    uint32_t first = 1;
    for (uint32_t i = 0; i < zipf->bins; i++) {
        uint32_t width = bin_width(first, count, exponent);
        double top = weight(first, exponent), last = weight((double)first + width - 1.0, exponent);
        double mean = weight((double)first + 0.5 * (width - 1.0), exponent);
        zipf->bin[i] = (struct bin){first, width, UINT32_MAX, i, last / top, mean};
        need[i] = top * width;
        envelope += need[i];
        total += mean * width;
        first += width;
    }
    for (uint32_t i = 0; i < zipf->bins; i++) {
        need[i] *= zipf->bins / envelope;
        zipf->bin[i].share /= total;
    }
    build_alias(zipf, need, node_array(node, uint32_t, zipf->bins));
}

static uint32_t zipf_draw(const struct zipf *zipf, struct stream *stream)
{
    for (;;) {
        uint64_t bits = stream_bits(stream);
        const struct bin *bin = &zipf->bin[((bits >> 32) * zipf->bins) >> 32];
        bin = (uint32_t)bits <= bin->keep ? bin : &zipf->bin[bin->alias];
        if (bin->width == 1) return bin->first;
        bits = stream_bits(stream);
        uint32_t rank = bin->first + (uint32_t)(((bits >> 32) * bin->width) >> 32);
        double u = (double)(uint32_t)bits * 0x1p-32;
        if (u < bin->squeeze || u < weight((double)rank / bin->first, zipf->exponent)) return rank;
    }
}

/* ---- Memory ------------------------------------------------------------------------------------------ */

struct key {
    uint32_t expires; /* tick; 0 = not there, NEVER */
    uint32_t used;    /* tick */
    uint32_t place;   /* in its list of present keys */
};

struct space {
    uint32_t first, count; /* keys of the whole */
    uint32_t life;         /* ticks, NEVER */
    double ttl, bytes;
    struct zipf zipf;
    int64_t gets, misses, populated, sets, deletes; /* since the beginning of the run */
};

struct list { /* of present keys, in no order: to sample from */
    uint32_t *key, count;
};

struct write {
    int64_t at;
    uint32_t key;
    int32_t space;
};

enum { PAGE = 4096 };
enum { WRITES = 4096, EVICTION_SAMPLES = 5, EXPIRE_SAMPLES = 20, EXPIRE_GOES_ON = 2, EXPIRE_ROUNDS = 250 };
static const uint32_t never = UINT32_MAX, beginning = UINT32_C(1) << 30;

struct redis_keys {
    struct redis_keys_count count; /* first */
    struct node *node;
    struct key *key;
    size_t room; /* keys of all spaces */
    struct space *space;
    int spaces;
    struct list kept, mortal; /* without and with a time to live */
    double memory;            /* bytes at most */
    enum policy policy;
    struct stream stream;
    int64_t tick;               /* ns */
    struct write write[WRITES]; /* the latest, a ring */
    uint64_t writes;
};

static uint32_t stamp(const struct redis_keys *keys)
{
    return beginning + (uint32_t)(keys->node->run->now / keys->tick);
}

static uint32_t life_of(const struct redis_keys *keys, double ttl)
{
    double ticks = ttl * 1e9 / (double)keys->tick;
    return ticks < 0.5 * never ? (uint32_t)fmax(ticks, 1.0) : never;
}

/* For `spaces` keyspaces, to be added, of `count` keys in all. */
struct redis_keys *redis_keys_open(struct node *node, int spaces, int64_t count, double memory, int policy)
{
    struct redis_keys *keys = node_array(node, struct redis_keys, 1);
    keys->node = node;
    keys->space = node_array(node, struct space, spaces);
    keys->memory = memory;
    keys->policy = (enum policy)policy;
    keys->key = node_array(node, struct key, count);
    keys->kept.key = node_array(node, uint32_t, count);
    keys->mortal.key = node_array(node, uint32_t, count);
    keys->room = (size_t)count;
    keys->stream = node_stream(node, "keys");
    double span = (node->run->options.lead + node->run->plan->horizon) * 1e9;
    keys->tick = (int64_t)fmax(1e6, ceil(span * 0x1p-30)); /* stamps stay below 2^31 */
    return keys;
}

void redis_keys_space(struct redis_keys *keys, int64_t count, double zipf, double ttl, double bytes)
{
    struct space *space = &keys->space[keys->spaces++];
    const struct space *before = space - 1;
    uint32_t first = keys->spaces == 1 ? 0 : before->first + before->count;
    *space = (struct space){.first = first, .count = (uint32_t)count, .ttl = ttl, .bytes = bytes};
    space->life = life_of(keys, ttl);
    zipf_open(&space->zipf, keys->node, space->count, zipf);
}

struct redis_keys_count *redis_keys_count(struct redis_keys *keys)
{
    return &keys->count;
}

uint32_t redis_keys_draw(const struct redis_keys *keys, int space, struct stream *stream)
{
    return zipf_draw(&keys->space[space].zipf, stream) - 1;
}

/* Has the key on its way into the processor's cache by the time it is needed: a hint. */
void redis_keys_fetch(const struct redis_keys *keys, int space, uint32_t key)
{
    __builtin_prefetch(&keys->key[keys->space[space].first + key], 1);
}

static struct list *list_of(struct redis_keys *keys, const struct space *space)
{
    return space->life == never ? &keys->kept : &keys->mortal;
}

static const struct space *space_of(const struct redis_keys *keys, uint32_t key)
{
    const struct space *space = keys->space;
    while (key >= space->first + space->count) space++;
    return space;
}

static void change_memory(struct redis_keys *keys, double bytes)
{
    gauge_add(&keys->count.memory, keys->node->run->now, bytes);
}

static void add(struct redis_keys *keys, const struct space *space, uint32_t key)
{
    struct list *list = list_of(keys, space);
    keys->key[key].place = list->count;
    list->key[list->count++] = key;
    change_memory(keys, space->bytes);
}

static void take(struct redis_keys *keys, const struct space *space, uint32_t key)
{
    struct list *list = list_of(keys, space);
    uint32_t place = keys->key[key].place, last = list->key[--list->count];
    list->key[place] = last;
    keys->key[last].place = place;
    keys->key[key].expires = 0;
    change_memory(keys, -space->bytes);
}

/* ---- Eviction ---------------------------------------------------------------------------------------- */

/* The key with the least value of this is evicted. */
static double worth(const struct redis_keys *keys, uint32_t key)
{
    const struct key *it = &keys->key[key];
    switch (keys->policy) {
    case VOLATILE_LRU:
    case ALLKEYS_LRU: return it->used;
    case VOLATILE_TTL: return it->expires;
    case VOLATILE_LFU:
    case ALLKEYS_LFU: break;
    default: return 0.0;
    }
    const struct space *space = space_of(keys, key); /* as if its counters were perfect */
    double rank = (double)(key - space->first) + 1.0, top = space->zipf.bin[0].share;
    return (double)(space->gets + space->sets) * top * weight(rank, space->zipf.exponent);
}

static bool evicts_all(enum policy policy)
{
    return policy == ALLKEYS_LRU || policy == ALLKEYS_LFU || policy == ALLKEYS_RANDOM;
}

static uint32_t sample(struct redis_keys *keys, uint32_t of)
{
    uint32_t place = stream_below_n(&keys->stream, of);
    return place < keys->mortal.count ? keys->mortal.key[place] : keys->kept.key[place - keys->mortal.count];
}

/* Redis samples a few keys and evicts the worst of them. One that has expired meanwhile makes room for nothing. False
   when the policy has nobody to evict. */
static bool make_room(struct redis_keys *keys)
{
    uint32_t of = keys->mortal.count + (evicts_all(keys->policy) ? keys->kept.count : 0), worst = 0;
    if (of == 0 || keys->policy == NOEVICTION) return false;
    double least = INFINITY;
    for (int i = 0; i < EVICTION_SAMPLES; i++) {
        uint32_t key = sample(keys, of);
        if (keys->key[key].expires <= stamp(keys)) {
            take(keys, space_of(keys, key), key);
            keys->count.expired++;
            return true;
        }
        double value = worth(keys, key);
        worst = value < least ? key : worst;
        least = fmin(value, least);
    }
    take(keys, space_of(keys, worst), worst);
    keys->count.evictions++;
    return true;
}

/* ---- Commands ---------------------------------------------------------------------------------------- */

/* Removes a key found expired: Redis looks when it is asked for, and samples besides. */
static bool alive(struct redis_keys *keys, const struct space *space, uint32_t key)
{
    uint32_t expires = keys->key[key].expires;
    if (expires == 0) return false;
    if (expires == never || expires > stamp(keys)) return true;
    take(keys, space, key);
    keys->count.expired++;
    return false;
}

bool redis_keys_holds(struct redis_keys *keys, int space, uint32_t key)
{
    return alive(keys, &keys->space[space], keys->space[space].first + key);
}

bool redis_keys_get(struct redis_keys *keys, int space_, uint32_t key)
{
    struct space *space = &keys->space[space_];
    bool hit = alive(keys, space, space->first + key);
    space->gets++;
    if (hit) {
        keys->key[space->first + key].used = stamp(keys);
        keys->count.hits++;
    } else {
        space->misses++;
        keys->count.misses++;
    }
    return hit;
}

static void note(struct redis_keys *keys, int space, uint32_t key)
{
    keys->write[keys->writes++ % WRITES] = (struct write){keys->node->run->now, key, space};
}

/* False when there is no room and nothing may be evicted. */
bool redis_keys_set(struct redis_keys *keys, int space_, uint32_t key, bool populates)
{
    struct space *space = &keys->space[space_];
    uint32_t at = space->first + key;
    *(populates ? &space->populated : &space->sets) += 1;
    bool there = alive(keys, space, at);
    while (!there && keys->count.memory.level + space->bytes > keys->memory) {
        if (!make_room(keys)) return false;
    }
    if (!there) add(keys, space, at);
    uint32_t now = stamp(keys);
    keys->key[at].used = now;
    keys->key[at].expires = space->life == never ? never : now + space->life;
    note(keys, space_, at);
    return true;
}

bool redis_keys_delete(struct redis_keys *keys, int space_, uint32_t key)
{
    struct space *space = &keys->space[space_];
    bool there = alive(keys, space, space->first + key);
    space->deletes++;
    if (there) take(keys, space, space->first + key);
    note(keys, space_, space->first + key);
    return there;
}

/* Writes of the last `seconds` never reached a replica: their keys are not there any more. How many there were. */
int64_t redis_keys_lose(struct redis_keys *keys, double seconds)
{
    int64_t since = isinf(seconds) ? -1 : keys->node->run->now - calendar_ns(seconds), lost = 0;
    uint64_t oldest = keys->writes > WRITES ? keys->writes - WRITES : 0;
    for (uint64_t i = keys->writes; i > oldest; i--) {
        const struct write *write = &keys->write[(i - 1) % WRITES];
        if (write->at <= since) break;
        if (alive(keys, &keys->space[write->space], write->key)) {
            take(keys, &keys->space[write->space], write->key);
        }
        lost++;
    }
    keys->count.lost += lost;
    return lost;
}

void redis_keys_clear(struct redis_keys *keys)
{
    struct list *lists[] = {&keys->kept, &keys->mortal};
    for (int i = 0; i < 2; i++) {
        for (uint32_t place = 0; place < lists[i]->count; place++) {
            keys->key[lists[i]->key[place]].expires = 0;
        }
        lists[i]->count = 0;
    }
    change_memory(keys, -keys->count.memory.level);
}

/* The sampled part of expiry: 20 keys, again while more than a tenth of them had expired. */
void redis_keys_expire(struct redis_keys *keys)
{
    uint32_t now = stamp(keys);
    int found = EXPIRE_GOES_ON + 1;
    for (int round = 0; round < EXPIRE_ROUNDS && found > EXPIRE_GOES_ON; round++) {
        found = 0;
        for (int i = 0; i < EXPIRE_SAMPLES && keys->mortal.count > 0; i++) {
            uint32_t key = sample(keys, keys->mortal.count);
            if (keys->key[key].expires <= now) {
                take(keys, space_of(keys, key), key);
                keys->count.expired++;
                found++;
            }
        }
    }
}

/* ---- The settled state ------------------------------------------------------------------------------- */

struct rates { /* of one key, a second */
    double fills, sets, deletes, uses;
};

static struct rates rates_of(const struct space *space, double share, double elapsed)
{
    double per = share / elapsed;
    double populated = space->misses > 0 ? fmin((double)space->populated / (double)space->misses, 1.0) : 0.0;
    return (struct rates){.fills = (double)space->gets * per * populated,
                          .sets = (double)space->sets * per,
                          .deletes = (double)space->deletes * per,
                          .uses = (double)(space->gets + space->sets) * per};
}

/* The share of time that a key is there, were memory unlimited. It comes when a get that misses fills it or it is set,
   and goes when a time to live has passed since the last write, or it is deleted: an alternating renewal process.
   With s and d the rates of sets and deletes, and q = 1 - e^-(s+d)T, it stays for q/(s+d) / (1 - s q/(s+d)) on
   average, T itself if neither happens: then the share is lT/(1 + lT). */
static double stays(const struct rates *rates, double ttl)
{
    double ends = rates->sets + rates->deletes;
    double gone = isinf(ttl) ? 1.0 : -maths_expm1(-ends * ttl);
    double comes = rates->fills + rates->sets;
    if (comes <= 0.0) return 0.0;
    if (isinf(ttl) && rates->deletes <= 0.0) return 1.0;
    double stay = ends > 0.0 ? gone / ends / (1.0 - rates->sets / ends * gone) : ttl;
    return stay / (stay + 1.0 / comes);
}

/* What eviction leaves of that, if a key unused for `window` seconds is evicted. LRU: Che's approximation (Che, Tung
   and Wang 2002). Random: its counterpart (Fricker, Robert and Roberts 2012). LFU: a threshold. */
static double survives(enum policy policy, const struct rates *rates, double window)
{
    double uses = rates->uses * window;
    if (isinf(window)) return 1.0;
    if (policy == ALLKEYS_LFU || policy == VOLATILE_LFU) return uses >= 1.0;
    if (policy == ALLKEYS_RANDOM || policy == VOLATILE_RANDOM) return uses / (1.0 + uses);
    return -maths_expm1(-uses);
}

static double window_for(const struct redis_keys *keys, const struct space *space, double window)
{
    bool safe = keys->policy == NOEVICTION || (!evicts_all(keys->policy) && space->life == never);
    return safe ? INFINITY : window;
}

static double presence(const struct redis_keys *keys, const struct space *space, const struct bin *bin,
                       double window)
{
    double elapsed = (double)keys->node->run->now * 1e-9;
    struct rates rates = rates_of(space, bin->share, elapsed);
    return stays(&rates, space->ttl) * survives(keys->policy, &rates, window_for(keys, space, window));
}

static double bytes_with(const struct redis_keys *keys, double window)
{
    double bytes = 0.0;
    for (const struct space *space = keys->space; space < keys->space + keys->spaces; space++) {
        for (uint32_t i = 0; i < space->zipf.bins; i++) {
            const struct bin *bin = &space->zipf.bin[i];
            bytes += bin->width * space->bytes * presence(keys, space, bin, window);
        }
    }
    return bytes;
}

/* The window at which what stays just fits. */
static double fitting_window(const struct redis_keys *keys)
{
    if (bytes_with(keys, INFINITY) <= keys->memory) return INFINITY;
    double low = -9.0, high = 12.0; /* powers of ten of a second */
    for (int i = 0; i < 60; i++) {
        double middle = 0.5 * (low + high);
        bool fits = bytes_with(keys, maths_exp(middle * 2.302585092994046)) <= keys->memory;
        low = fits ? middle : low;
        high = fits ? high : middle;
    }
    return maths_exp(low * 2.302585092994046);
}

/* A time below `most` with density falling at `rate`: exponential, cut off. */
static double cut_exponential(struct stream *stream, double rate, double most)
{
    double u = stream_uniform(stream);
    if (rate * most < 1e-9) return u * most;
    double whole = isinf(rate * most) ? 1.0 : -maths_expm1(-rate * most);
    return -maths_log1p(-u * whole) / rate;
}

static void place_key(struct redis_keys *keys, const struct space *space, uint32_t key,
                      const struct rates *rates, double window)
{
    double per_second = 1e9 / (double)keys->tick, ceiling = (double)beginning - 1.0;
    double written = cut_exponential(&keys->stream, rates->sets + rates->deletes, fmin(space->ttl, 1e9));
    double used =
        rates->uses > 0.0 ? cut_exponential(&keys->stream, rates->uses, fmin(window, written)) : written;
    uint32_t now = stamp(keys), age = (uint32_t)fmin(written * per_second, ceiling);
    if (space->life != never && age >= space->life) return;
    add(keys, space, key);
    keys->key[key].used = now - (uint32_t)fmin(used * per_second, ceiling);
    keys->key[key].expires = space->life == never ? never : now - age + space->life;
}

static void fill_bin(struct redis_keys *keys, const struct space *space, const struct bin *bin, double window)
{
    double share = presence(keys, space, bin, window);
    struct rates rates = rates_of(space, bin->share, (double)keys->node->run->now * 1e-9);
    for (uint32_t i = 0; i < bin->width; i++) {
        bool there = stream_uniform(&keys->stream) < share;
        if (there && keys->count.memory.level + space->bytes <= keys->memory) {
            place_key(keys, space, space->first + bin->first - 1 + i, &rates, window);
        }
    }
}

/* Fills the cache as the requests so far would have left it in the long run. */
/* Has the pages of a table now: else memory would grow through the day, as one key after another is first used. Not
   in `start`, which validate goes through too. */
static void touch(void *table, size_t size)
{
    for (volatile char *at = table, *end = at + size; at < end; at += PAGE) {
        /* cppcheck-suppress selfAssignment */
        *at = *at;
    }
}

void redis_keys_warm(struct redis_keys *keys)
{
    touch(keys->key, keys->room * sizeof *keys->key);
    touch(keys->kept.key, keys->room * sizeof *keys->kept.key);
    touch(keys->mortal.key, keys->room * sizeof *keys->mortal.key);
    if (keys->node->run->now <= 0) return;
    redis_keys_clear(keys);
    double window = fitting_window(keys);
    for (const struct space *space = keys->space; space < keys->space + keys->spaces; space++) {
        for (uint32_t i = 0; i < space->zipf.bins; i++) {
            fill_bin(keys, space, &space->zipf.bin[i], window_for(keys, space, window));
        }
    }
}
