package io.scopeguard.remedy;

/** Hears what clients are asked for, for metrics. Called on the thread of a request: be quick. Implementations are thread-safe. */
public interface RemedyListener {

    /** A token's client is asked for this remedy, for the first time: further responses to the token do not count. */
    void asked(Remedy remedy);

    /** A token carries what the live permissions had lost before it was issued: the provider and they disagree. */
    void disagreed();

    /** Hears nothing. */
    static RemedyListener none() {
        return new RemedyListener() {
            @Override
            public void asked(Remedy remedy) {}

            @Override
            public void disagreed() {}
        };
    }
}
