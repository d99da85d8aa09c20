package io.scopeguard.bench.live;

/** A situation of a guarded API, with its targets. */
public interface LiveCase {

    /** The name, in lower case, with hyphens. */
    String title();

    /** Builds the tenant, and configures the guard. */
    default void prepare(Scene scene) {
        scene.addCrowd();
    }

    /** Plays the situation, and declares the targets. */
    void play(Stage stage) throws InterruptedException;
}
