package io.scopeguard.spring.stream;

import jakarta.servlet.ServletOutputStream;
import jakarta.servlet.WriteListener;
import java.io.IOException;
import java.util.function.BooleanSupplier;

/** Passes each write through a gate. */
final class GatedOutputStream extends ServletOutputStream {

    private static final int LAST_TWO = 0xFFFF;
    private static final int LAST_THREE = 0xFFFFFF;

    private final ServletOutputStream output;
    private final StreamGate gate;
    private final BooleanSupplier hasEvents;

    /** The last three bytes. */
    private int tail;

    private boolean isEmpty = true;

    /**
     * @param hasEvents whether events are written, each of which ends with a blank line
     */
    GatedOutputStream(ServletOutputStream output, StreamGate gate, BooleanSupplier hasEvents) {
        this.output = output;
        this.gate = gate;
        this.hasEvents = hasEvents;
    }

    @Override
    public void write(int b) throws IOException {
        gate.enter();
        try {
            output.write(b);
            wrote(b);
        } finally {
            gate.leave(isAtBoundary());
        }
    }

    @Override
    public void write(byte[] bytes, int offset, int length) throws IOException {
        gate.enter();
        try {
            output.write(bytes, offset, length);
            for (int i = Math.max(length - 3, 0); i < length; i++) {
                wrote(bytes[offset + i]);
            }
        } finally {
            gate.leave(isAtBoundary());
        }
    }

    @Override
    public void flush() throws IOException {
        gate.enter();
        try {
            output.flush();
        } finally {
            gate.leave(isAtBoundary());
        }
    }

    @Override
    public void close() throws IOException {
        if (!gate.isOver()) {
            output.close();
        }
    }

    private void wrote(int b) {
        tail = ((tail << 8) | (b & 0xFF)) & LAST_THREE;
        isEmpty = false;
    }

    private boolean isAtBoundary() {
        int two = tail & LAST_TWO;
        boolean isBlankLine =
                two == ('\n' << 8 | '\n') || two == ('\r' << 8 | '\r') || tail == ('\n' << 16 | '\r' << 8 | '\n');
        return isEmpty || isBlankLine || !hasEvents.getAsBoolean();
    }

    @Override
    public boolean isReady() {
        return output.isReady();
    }

    @Override
    public void setWriteListener(WriteListener listener) {
        output.setWriteListener(listener);
    }
}
