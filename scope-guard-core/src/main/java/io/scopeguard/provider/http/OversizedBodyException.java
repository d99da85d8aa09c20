package io.scopeguard.provider.http;

import java.io.IOException;

/** An answer is longer than the caller reads. */
public final class OversizedBodyException extends IOException {

    OversizedBodyException(int limit) {
        super("The answer is over " + limit + " bytes.");
    }
}
