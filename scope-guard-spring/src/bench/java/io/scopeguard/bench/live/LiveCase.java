package io.scopeguard.bench.live;

/** A situation that a guarded API gets into, and what must hold there. */
public interface LiveCase {

    /** In lower case, with hyphens. */
    String title();

    /** Builds the tenant, and says how the guard is set. */
    default void prepare(Scene scene) {
        scene.addCrowd();
    }

    /** Lets it happen, and states the targets. */
    void play(Stage stage) throws InterruptedException;
}
