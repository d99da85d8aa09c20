package io.scopeguard.provider.http;

import java.io.IOException;

/** A response is longer than the limit. */
public final class OversizedBodyException extends IOException {

    OversizedBodyException(int limit) {
        super("The answer is over " + limit + " bytes.");
    }
}
