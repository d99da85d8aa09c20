package io.scopeguard.spring.stream;

import io.scopeguard.Decision;
import io.scopeguard.TooManyWatchesException;
import io.scopeguard.annotation.Internal;
import jakarta.servlet.http.HttpServletRequest;
import java.util.List;

/**
 * Lets handlers of WebSocket handshakes open sessions that end with the right to them.
 *
 * @hidden
 */
@Internal
public interface WebSocketUpgrade {

    boolean handles(Object handler);

    /**
     * Begins a handshake.
     *
     * @return the handler to call instead
     * @throws TooManyWatchesException if the maximum number of watches is open
     */
    Object begin(HttpServletRequest request, Object handler, List<Decision> granted);

    /**
     * The handshake is over.
     *
     * @param isUpgraded whether it succeeded
     */
    void finish(HttpServletRequest request, boolean isUpgraded);
}
