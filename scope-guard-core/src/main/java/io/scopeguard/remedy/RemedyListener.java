package io.scopeguard.remedy;

/**
 * Receives the asks to clients, for metrics. Called on request threads, so implementations must be fast and thread-safe.
 *
 * @since 0.1
 */
public interface RemedyListener {

    /** The client of a token is asked for this remedy for the first time. Further responses to the same token are not reported. */
    void asked(Remedy remedy);

    /** A token carries a scope that the live permissions had lost before it was issued: the provider and the live view disagree. */
    void disagreed();

    /** Ignores everything. */
    static RemedyListener none() {
        return new RemedyListener() {
            @Override
            public void asked(Remedy remedy) {}

            @Override
            public void disagreed() {}
        };
    }
}
