package io.scopeguard.bench.live;

import java.util.List;
import java.util.random.RandomGenerator;

/**
 * A user that makes requests.
 *
 * @param asks the requests, made one at a time; frequent ones are listed more than once
 */
public record Caller(List<Ask> asks) {

    Ask next(RandomGenerator random) {
        return asks.get(random.nextInt(asks.size()));
    }
}
