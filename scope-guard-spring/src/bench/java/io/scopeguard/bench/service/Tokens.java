package io.scopeguard.bench.service;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;

/** The tokens of requests: those of all users in turn, and later some unknown ones between them. Thread-safe. */
final class Tokens {

    private final List<byte[]> known;
    private final List<byte[]> unseen;
    private final int unseenPercent;
    private volatile boolean areAllKnown = true;
    private final AtomicInteger used = new AtomicInteger();

    Tokens(List<byte[]> known, List<byte[]> unseen, int unseenPercent) {
        this.known = known;
        this.unseen = unseen;
        this.unseenPercent = unseenPercent;
    }

    /** Tokens as they are sent. */
    static List<byte[]> encoded(List<String> tokens) {
        return tokens.stream()
                .map(token -> token.getBytes(StandardCharsets.US_ASCII))
                .toList();
    }

    /** From now on, the sequences contain unknown tokens as well. */
    void mixInUnseen() {
        areAllKnown = false;
    }

    /**
     * A sequence of tokens.
     *
     * @param start the position in the sequence of users at which it begins
     */
    Cursor from(int start) {
        return new Cursor(start);
    }

    /** One sequence. Not thread-safe. */
    final class Cursor {

        private int position;
        private int hundredths;

        private Cursor(int start) {
            position = start;
        }

        /**
         * The next token.
         *
         * @throws IOException if the unknown tokens are used up
         */
        byte[] next() throws IOException {
            hundredths += areAllKnown ? 0 : unseenPercent;
            if (hundredths < 100) {
                position = (position + 1) % known.size();
                return known.get(position);
            }
            hundredths -= 100;
            int next = used.getAndIncrement();
            if (next >= unseen.size()) {
                throw new IOException("more than " + unseen.size() + " unknown tokens are needed");
            }
            return unseen.get(next);
        }
    }
}
