package io.scopeguard.spring.stream;

import java.io.IOException;

/**
 * Nothing more may be written to a streamed response, because the right to it has ended.
 *
 * @since 0.1
 */
public final class StreamEndedException extends IOException {

    private static final long serialVersionUID = 1L;

    StreamEndedException() {
        super("The right to this stream has ended.");
    }

    /** Without a stack trace: containers log this exception, and the stack has no meaning. */
    @Override
    public Throwable fillInStackTrace() {
        return this;
    }
}
